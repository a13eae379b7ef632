import { post, sentenceOf } from '../api/client.js';
import type { ActionResult, EntryAction, EntrySummary } from '../api/types.js';
import { absolute } from '../parts/text.js';
import { chosenTime, confirmed } from '../state/dialogs.js';
import { holdBack } from '../state/held-back.js';
import { notify } from '../state/notices.js';
import { ENTRY_ACTIONS, entries } from './abilities.js';

/** As many as the server takes in one call. */
const MOST_AT_ONCE = 1_000;

type Done = (ids: readonly string[]) => void;

/**
 * Does it to those of them that it can be done to: after a question where they are several, and in a way that can be
 * undone.
 *
 * @returns `false` where it was thought better of
 */
export async function act(
  action: EntryAction,
  chosen: readonly EntrySummary[],
  onDone: Done,
): Promise<boolean> {
  const fit = chosen.filter(({ state }) => ENTRY_ACTIONS[action].from.includes(state));
  if (action === 'reschedule') return reschedule(fit, chosen.length - fit.length, onDone);
  if (chosen.length > 1 && !(await confirmed(question(action, fit, chosen.length - fit.length))))
    return false;
  const ids = fit.map(({ id }) => id);
  holdBack({
    text: announcement(action, fit),
    ids,
    label: ENTRY_ACTIONS[action].held,
    send: (isLeaving) => void send(action, ids, onDone, isLeaving),
  });
  return true;
}

async function send(
  action: EntryAction,
  ids: readonly string[],
  onDone: Done,
  isLeaving: boolean,
): Promise<void> {
  const done = await sent({ action }, ids, isLeaving);
  if (done.length > 0) notify(`${ENTRY_ACTIONS[action].done} ${entries(done.length)}.`, { tone: 'good' });
  onDone(done);
}

async function reschedule(fit: readonly EntrySummary[], unfit: number, onDone: Done): Promise<boolean> {
  const time = await chosenTime({
    title: `Reschedule ${subject(fit)}`,
    text:
      fit.length === 1 && unfit === 0 ? '' : `All of them get the same time.${unfitNote('scheduled', unfit)}`,
    confirm: 'Reschedule',
    ...(fit.length === 1 && { from: fit[0]!.runAt }),
  });
  if (!time) return false;
  const ids = fit.map(({ id }) => id);
  const done = new Set(await sent({ action: 'reschedule', runAt: time.toISOString() }, ids));
  onDone([...done]);
  if (done.size === 0) return true;
  const undo = () =>
    void putBack(
      fit.filter(({ id }) => done.has(id)),
      onDone,
    );
  notify(`Rescheduled ${entries(done.size)} to ${absolute(time)}.`, { tone: 'good', undo });
  return true;
}

/** To the times that they had; those of one time in one call. */
async function putBack(rescheduled: readonly EntrySummary[], onDone: Done): Promise<void> {
  const byTime = Map.groupBy(rescheduled, ({ runAt }) => runAt);
  const answers = await Promise.all(
    [...byTime].map(([runAt, those]) =>
      sent(
        { action: 'reschedule', runAt },
        those.map(({ id }) => id),
      ),
    ),
  );
  const done = answers.flat();
  if (done.length > 0) notify(`Gave ${entries(done.length)} the former time back.`);
  onDone(done);
}

/** Those that it was done to. Of the others it tells. */
async function sent(
  what: { action: EntryAction; runAt?: string },
  ids: readonly string[],
  isLeaving = false,
): Promise<string[]> {
  const results: ActionResult[] = [];
  try {
    for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
      const body = { ...what, ids: ids.slice(from, from + MOST_AT_ONCE) };
      const answer = await post<{ results: ActionResult[] }>('entries/actions', body, {
        keepalive: isLeaving,
      });
      results.push(...answer.results);
    }
  } catch (error) {
    notify(sentenceOf(error), { tone: 'bad' });
  }
  const refused = results.filter(({ done }) => !done);
  if (refused.length > 0) notify(refusalOf(what.action, refused), { tone: 'bad' });
  return results.filter(({ done }) => done).map(({ id }) => id);
}

function refusalOf(action: EntryAction, refused: readonly ActionResult[]): string {
  const verb = ENTRY_ACTIONS[action].label.toLowerCase();
  const reason = refused.find(({ error }) => error)?.error?.message;
  return `${entries(refused.length)} could not be changed by “${verb}”: ${reason ?? 'they have moved on meanwhile.'}`;
}

function question(action: EntryAction, fit: readonly EntrySummary[], unfit: number) {
  const { label, from, isDangerous } = ENTRY_ACTIONS[action];
  return {
    title: `${label}: ${entries(fit.length)}?`,
    text: `${TEXTS[action]}${unfitNote(from.join(' or '), unfit)}`,
    confirm: `${label} (${fit.length})`,
    isDangerous: isDangerous ?? false,
  };
}

const TEXTS: Readonly<Record<EntryAction, string>> = {
  cancel: 'Those that wait will not run. Those that run are told to stop.',
  retry: 'They run again from their first attempt, as soon as a worker is free.',
  'run-now': 'They become due at once, whatever their time was.',
  reschedule: '',
};

function unfitNote(states: string, unfit: number): string {
  if (unfit === 0) return '';
  return ` ${entries(unfit)} of your selection ${unfit === 1 ? 'is' : 'are'} not ${states}, and ${unfit === 1 ? 'stays' : 'stay'} as ${unfit === 1 ? 'it is' : 'they are'}.`;
}

function announcement(action: EntryAction, fit: readonly EntrySummary[]): string {
  return (
    { cancel: 'Cancelling', retry: 'Retrying', 'run-now': 'Running now:', reschedule: '' }[action] +
    ` ${subject(fit)}.`
  );
}

function subject(fit: readonly EntrySummary[]): string {
  const [first] = fit;
  return fit.length === 1 && first ? titleOf(first) : entries(fit.length);
}

/** A command is known by its own name, not by that of the job that carries it. */
export function titleOf({ command, name }: Pick<EntrySummary, 'command' | 'name'>): string {
  return command?.name ?? name;
}
