import { expect, it } from 'vitest';
import { MoveProgress } from '../../lib/cli/move/progress.js';

const streamOf = (isTTY: boolean) => {
  const written: string[] = [];
  return { written, stream: { isTTY, write: (text: string) => written.push(text) } as never };
};

it('A terminal shows how far a move has come, and no trace of that in the end', () => {
  const { stream, written } = streamOf(true);
  const progress = new MoveProgress(12_345, stream);
  progress.add(200);
  progress.end();
  expect(written).toEqual(['\r200 of about 12,345 entries', '\r\u001B[K']);
});

it('A file or a pipeline is told the outcome only', () => {
  const { stream, written } = streamOf(false);
  const progress = new MoveProgress(12_345, stream);
  progress.add(200);
  progress.end();
  expect(written).toEqual([]);
});
