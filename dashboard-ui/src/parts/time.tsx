import { serverNow, useTicking } from '../state/clock.js';
import { absolute, relative } from './text.js';

/** How long ago, or until when; the moment itself in its title. */
export function Time({ at }: { at: string }) {
  const text = useTicking(() => relative(Date.parse(at), serverNow()));
  return (
    <time dateTime={at} title={absolute(new Date(at))}>
      {text}
    </time>
  );
}

export function Moment({ at }: { at: string }) {
  return <time dateTime={at}>{absolute(new Date(at))}</time>;
}

const ISO = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)/;

/** A sentence of the server, its times as the reader's clock has them. */
export function Sentence({ text }: { text: string }) {
  return (
    <>{text.split(ISO).map((part, index) => (index % 2 === 1 ? <Moment key={index} at={part} /> : part))}</>
  );
}
