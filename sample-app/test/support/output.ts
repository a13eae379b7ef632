import type { ChildProcess } from 'node:child_process';

/** What a process writes; `text` grows. */
export function recordOf({ stdout, stderr }: ChildProcess): { readonly text: string } {
  const record = { text: '' };
  for (const stream of [stdout, stderr]) {
    stream?.on('data', (chunk: Buffer) => (record.text += chunk.toString()));
  }
  return record;
}
