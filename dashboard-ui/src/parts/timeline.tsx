import type { ComponentChildren } from 'preact';
import type { EntryDetail, Failure, JobState } from '../api/types.js';
import { span } from './text.js';
import { Moment, Time } from './time.js';

/** From its scheduling over its attempts to its end. */
export function Timeline({ entry }: { entry: EntryDetail }) {
  const { scheduledAt, failures, attempt } = entry;
  const first = failures[0]?.attempt ?? 1;
  return (
    <ol class="timeline">
      <Step state="scheduled" title="Scheduled" at={scheduledAt} />
      {first > 1 && failures.length > 0 && (
        <Step state="failed" title={`Attempts 1 to ${first - 1} failed`}>
          <p>Of so many, the last ones are kept.</p>
        </Step>
      )}
      {failures.map((failure) => (
        <FailureStep key={failure.attempt} failure={failure} isLast={failure.attempt === attempt} />
      ))}
      <LastStep entry={entry} />
    </ol>
  );
}

function FailureStep({ failure, isLast }: { failure: Failure; isLast: boolean }) {
  const { attempt, at, name, message, stack } = failure;
  return (
    <Step state="failed" title={`Attempt ${attempt} failed`} {...(at !== undefined && { at })}>
      <p class="failure">
        <strong>{name}</strong>: {message}
      </p>
      {stack && (
        <details open={isLast}>
          <summary>Stack of attempt {attempt}</summary>
          {/* In reach of the keyboard, since it scrolls. */}
          <pre tabIndex={0} role="region" aria-label={`Stack of attempt ${attempt}`}>
            {stack}
          </pre>
        </details>
      )}
    </Step>
  );
}

const ENDS: Readonly<Partial<Record<JobState, string>>> = {
  succeeded: 'Succeeded',
  failed: 'Failed for good',
  cancelled: 'Cancelled',
};

function LastStep({
  entry: { state, runAt, startedAt, finishedAt, attempt, attempts },
}: {
  entry: EntryDetail;
}) {
  const end = ENDS[state];
  if (end !== undefined) {
    const took = state === 'succeeded' && startedAt && finishedAt && tookOf(startedAt, finishedAt);
    return (
      <Step state={state} title={end} {...(finishedAt !== undefined && { at: finishedAt })}>
        {took && (
          <p>
            Attempt {attempt} took {took}.
          </p>
        )}
      </Step>
    );
  }
  if (state === 'running') {
    return (
      <Step
        state={state}
        title={`Attempt ${attempt} of ${attempts} is running`}
        at={startedAt ?? runAt}
        isOpen
      />
    );
  }
  if (state === 'parked') return <Step state={state} title="Parked" isOpen />;
  return <Step state={state} title={`Attempt ${attempt + 1} of ${attempts} is due`} at={runAt} isOpen />;
}

const tookOf = (from: string, to: string) => span(Date.parse(to) - Date.parse(from));

interface StepProps {
  readonly state: JobState;
  readonly title: string;
  readonly at?: string;
  /** It is not over. */
  readonly isOpen?: boolean;
  readonly children?: ComponentChildren;
}

function Step({ state, title, at, isOpen = false, children }: StepProps) {
  return (
    <li class={`state-${state} ${isOpen ? 'is-open' : ''}`}>
      <p class="step-title">{title}</p>
      {at !== undefined && (
        <p class="sub">
          <Time at={at} /> · <Moment at={at} />
        </p>
      )}
      {children}
    </li>
  );
}
