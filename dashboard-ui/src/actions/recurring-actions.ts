import { post, sentenceOf } from '../api/client.js';
import type { RecurringAction } from '../api/types.js';
import { confirmed } from '../state/dialogs.js';
import { holdBack } from '../state/held-back.js';
import { notify } from '../state/notices.js';
import { href } from '../state/route.js';

type Done = () => void;

/** Its entry is there at once, and can be cancelled until it runs: held back all the same, since it may run at once. */
export function trigger(id: string, onDone: Done): void {
  holdBack({
    text: `Triggering ${id}.`,
    ids: [id],
    label: 'about to be triggered',
    send: (isLeaving) => void sendTrigger(id, onDone, isLeaving),
  });
}

export async function remove(id: string, onDone: Done): Promise<void> {
  const isSure = await confirmed({
    title: `Remove ${id}?`,
    text: 'It will not run any more. One that the app declares comes back when the app starts again: pause it instead.',
    confirm: 'Remove',
    isDangerous: true,
  });
  if (!isSure) return;
  holdBack({
    text: `Removing ${id}.`,
    ids: [id],
    label: 'about to be removed',
    send: (isLeaving) => void sendRemove(id, onDone, isLeaving),
  });
}

export async function setPaused(id: string, isPaused: boolean, onDone: Done): Promise<void> {
  const answer = await sent(id, isPaused ? 'pause' : 'resume');
  onDone();
  if (!answer) return;
  const text = isPaused ? `Paused ${id}: its times pass without a run.` : `Resumed ${id}.`;
  notify(text, { tone: 'good', undo: () => void setPaused(id, !isPaused, onDone) });
}

async function sendTrigger(id: string, onDone: Done, isLeaving: boolean): Promise<void> {
  const answer = await sent(id, 'trigger', isLeaving);
  onDone();
  if (!answer) return;
  const { entryId } = answer;
  const link = entryId === undefined ? undefined : { href: href('entries', entryId), text: 'Show its entry' };
  notify(`Triggered ${id}.`, { tone: 'good', ...(link && { link }) });
}

async function sendRemove(id: string, onDone: Done, isLeaving: boolean): Promise<void> {
  if (await sent(id, 'remove', isLeaving)) notify(`Removed ${id}.`, { tone: 'good' });
  onDone();
}

/** `undefined` where it could not be done, which is told. */
async function sent(
  id: string,
  action: RecurringAction,
  isLeaving = false,
): Promise<{ entryId?: string } | undefined> {
  try {
    const options = { keepalive: isLeaving };
    const answer = await post<{ done: boolean; entryId?: string }>(
      'recurring/actions',
      { action, id },
      options,
    );
    if (answer.done) return answer;
    notify(`There is no recurring job ${id} any more.`, { tone: 'bad' });
  } catch (error) {
    notify(sentenceOf(error), { tone: 'bad' });
  }
  return undefined;
}
