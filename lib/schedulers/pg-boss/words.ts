import { createHash } from 'node:crypto';
import type { Access } from './access.js';
import { quote } from './installation.js';
import { toCallersError } from './unavailable.js';

/** Where the processes of a schema tell each other what they have committed. */
export function channelOf(schema: string): string {
  return `eventflow_${createHash('sha256').update(quote(schema)).digest('hex').slice(0, 24)}`;
}

/** Hears what other processes have committed: a word by NOTIFY. */
export class Words {
  private listening: Promise<{ close(): Promise<void> }> | undefined;

  constructor(
    private readonly access: Access,
    private readonly channel: string,
    private readonly onWord: (word: string) => void,
    /** After each time that the connection was lost: what was said meanwhile was not heard. */
    private readonly onReady: () => void,
  ) {}

  /** Workers do, and whoever schedules in transactions of his own. */
  async listen(): Promise<void> {
    this.listening ??= this.access.listen(this.channel, this.onWord, this.onReady);
    try {
      await this.listening;
    } catch (error) {
      this.listening = undefined;
      throw toCallersError(error);
    }
  }

  async close(): Promise<void> {
    await (await this.listening)?.close();
    this.listening = undefined;
  }
}
