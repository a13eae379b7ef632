import { post, sentenceOf } from '../api/client.js';
import type { Queue } from '../api/types.js';
import { notify } from '../state/notices.js';

type Done = () => void;

export async function setQueuePaused(name: string, isPaused: boolean, onDone: Done): Promise<void> {
  const isDone = await sent(isPaused, name);
  onDone();
  if (!isDone) return;
  const text = isPaused ? `Paused ${name}: what runs goes on, nothing new begins.` : `Resumed ${name}.`;
  notify(text, { tone: 'good', undo: () => void setQueuePaused(name, !isPaused, onDone) });
}

export async function setAllPaused(isPaused: boolean, queues: readonly Queue[], onDone: Done): Promise<void> {
  const isDone = await sent(isPaused);
  onDone();
  if (!isDone) return;
  const text = isPaused
    ? 'Paused every queue: what runs goes on, nothing new begins.'
    : 'Resumed every queue.';
  notify(text, { tone: 'good', undo: () => void putBack(queues, onDone) });
}

/** Each to what it was. */
async function putBack(queues: readonly Queue[], onDone: Done): Promise<void> {
  const paused = queues.filter((queue) => queue.paused);
  const wereAllPaused = queues.length > 0 && paused.length === queues.length;
  const calls = wereAllPaused
    ? [() => sent(true)]
    : [
        () => sent(false),
        ...paused.map(
          ({ name }) =>
            () =>
              sent(true, name),
        ),
      ];
  let isDone = true;
  for (const call of calls) isDone = isDone && (await call());
  if (isDone) notify('The queues are as they were.');
  onDone();
}

async function sent(isPaused: boolean, queue?: string): Promise<boolean> {
  try {
    await post('queues/actions', {
      action: isPaused ? 'pause' : 'resume',
      ...(queue !== undefined && { queue }),
    });
    return true;
  } catch (error) {
    notify(sentenceOf(error), { tone: 'bad' });
    return false;
  }
}
