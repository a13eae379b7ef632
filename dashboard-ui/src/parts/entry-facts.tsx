import type { ComponentChildren } from 'preact';
import type { EntryDetail } from '../api/types.js';
import { href } from '../state/route.js';
import { Moment, Time } from './time.js';

export function EntryFacts({ entry }: { entry: EntryDetail }) {
  const { id, key, name, version, command, queue, priority, attempt, attempts, runAt, worker } = entry;
  return (
    <dl class="facts">
      <Fact name="Id">
        <code>{id}</code>
      </Fact>
      {key !== undefined && (
        <Fact name="Key">
          <code>{key}</code>
        </Fact>
      )}
      {command && (
        <Fact name="Command">
          <a href={href('entries', undefined, { command: command.name })}>{command.name}</a>, version{' '}
          {command.version}
        </Fact>
      )}
      <Fact name="Job">
        <a href={href('entries', undefined, { name })}>{name}</a>, version {version}
      </Fact>
      <Fact name="Queue">
        <a href={href('entries', undefined, { queue })}>{queue}</a>
      </Fact>
      <Fact name="Priority">{priority}</Fact>
      <Fact name="Attempts">
        {attempt} of {attempts}
      </Fact>
      <Fact name="Due">
        <Time at={runAt} />
        <br />
        <Moment at={runAt} />
      </Fact>
      {worker !== undefined && (
        <Fact name="Worker">
          <a href={href('workers')}>
            <code>{worker}</code>
          </a>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
