import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { notify } from '../state/notices.js';

interface Props {
  readonly onClick: () => void;
  /** Why it cannot be done. */
  readonly refusal?: string | undefined;
  readonly isDangerous?: boolean;
  readonly isPrimary?: boolean;
  /** What the button does to what, where its text alone does not say. */
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** One that is greyed out stays in reach of the keyboard, so that everybody can learn why. */
export function ActionButton({ onClick, refusal, isDangerous, isPrimary, label, children }: Props) {
  const reasonId = useId();
  const kind = `button ${isDangerous ? 'is-dangerous' : ''} ${isPrimary ? 'is-primary' : ''}`;
  if (refusal === undefined) {
    return (
      <button type="button" class={kind} aria-label={label} onClick={onClick}>
        {children}
      </button>
    );
  }
  return (
    <>
      <button
        type="button"
        class={kind}
        aria-label={label}
        aria-disabled="true"
        aria-describedby={reasonId}
        title={refusal}
        onClick={() => notify(refusal)}
      >
        {children}
      </button>
      <span id={reasonId} hidden>
        {refusal}
      </span>
    </>
  );
}
