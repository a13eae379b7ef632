import type { EntryAction, JobState, Status } from '../api/types.js';
import { count } from '../parts/text.js';

interface ActionKind {
  readonly label: string;
  /** What a row says while it is held back. */
  readonly held: string;
  /** `Cancelled 3 entries` */
  readonly done: string;
  readonly capability: string;
  readonly from: readonly JobState[];
  readonly isDangerous?: boolean;
}

export const ENTRY_ACTIONS: Readonly<Record<EntryAction, ActionKind>> = {
  retry: {
    label: 'Retry',
    held: 'about to be retried',
    done: 'Retried',
    capability: 'retry',
    from: ['failed', 'parked'],
  },
  'run-now': {
    label: 'Run now',
    held: 'about to run',
    done: 'Made due now:',
    capability: 'reschedule',
    from: ['scheduled'],
  },
  reschedule: {
    label: 'Reschedule',
    held: '',
    done: 'Rescheduled',
    capability: 'reschedule',
    from: ['scheduled'],
  },
  cancel: {
    label: 'Cancel',
    held: 'about to be cancelled',
    done: 'Cancelled',
    capability: 'cancel',
    from: ['scheduled', 'running', 'parked'],
    isDangerous: true,
  },
};

/** Why it cannot be done to any of them; `undefined` where it can. */
export function entryRefusal(
  action: EntryAction,
  states: readonly JobState[],
  status: Status | undefined,
): string | undefined {
  const { capability, from, label } = ENTRY_ACTIONS[action];
  const general = refusal(capability, status);
  if (general) return general;
  if (states.length === 0) return 'Select entries first.';
  if (states.some((state) => from.includes(state))) return undefined;
  const kinds = [...new Set(states)].join(' or ');
  return `${label} is for entries that are ${from.join(' or ')}: ${states.length === 1 ? 'this one is' : 'these are'} ${kinds}.`;
}

/** Why nothing of this kind can be done here. */
export function refusal(capability: string, status: Status | undefined): string | undefined {
  if (!status) return 'The server has not said yet what can be done.';
  if (status.readOnly) return 'This dashboard is for reading only.';
  if (status.capabilities.includes(capability)) return undefined;
  return lacking(capability, status);
}

const WORDS: Readonly<Record<string, string>> = {
  query: 'look at entries',
  cancel: 'cancel entries',
  retry: 'retry entries',
  reschedule: 'give entries another time',
  recurring: 'run recurring jobs',
  pause: 'pause queues',
};

export function lacking(capability: string, { scheduler }: Status): string {
  return `The scheduler of this app (${scheduler}) cannot ${WORDS[capability] ?? capability}.`;
}

export const entries = (number: number) => count(number, 'entry', 'entries');
