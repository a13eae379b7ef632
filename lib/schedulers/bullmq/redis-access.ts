import { LineLogger } from '../../jobs/line.logger.js';
import { messageOf } from '../../jobs/thrown.js';
import type { Client, Connections } from './connection.js';
import { majorVersionIn } from './server-info.js';
import { type Scripts, scriptsFor } from './scripts.js';
import { within } from './unavailable.js';

export type Argument = string | number;

/** Runs scripts on the server: for callers on one connection, for the worker on another, so that neither waits for the other. */
export class RedisAccess {
  private readonly calls: Client;
  private readonly working: Client;
  private listener: Client | undefined;
  private scripts: Scripts = scriptsFor(0);

  constructor(
    private readonly connections: Connections,
    /** The prefix with its hash tag, up to the colon. */
    private readonly root: string,
    /** The most that a call may take, in ms. */
    private readonly operationTimeout: number,
  ) {
    this.calls = connections.forCalls();
    this.working = connections.forCalls();
  }

  /** @returns what the server says about itself. */
  async open(): Promise<string> {
    await within(this.operationTimeout, Promise.all([this.calls.connect(), this.working.connect()]));
    const info = await within(this.operationTimeout, this.calls.info());
    this.scripts = scriptsFor(majorVersionIn(info));
    return info;
  }

  /** The server's clock, in ms since 1970. */
  async time(): Promise<number> {
    const [seconds, microseconds] = await within(this.operationTimeout, this.calls.time());
    return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  }

  /** For BullMQ itself. */
  get client(): Client {
    return this.calls;
  }

  /** @throws {SchedulerUnavailableError} where the server cannot be reached in time. */
  run<T>(name: keyof Scripts, args: readonly Argument[] = []): Promise<T> {
    return within(this.operationTimeout, this.evaluate<T>(this.calls, name, args));
  }

  /** On the connection of the worker. */
  work<T>(name: keyof Scripts, args: readonly Argument[] = []): Promise<T> {
    return within(this.operationTimeout, this.evaluate<T>(this.working, name, args));
  }

  /** @param onReady after each time that the connection was lost: what was told meanwhile was not heard. */
  async listen(onMessage: (message: string) => void, onReady: () => void): Promise<void> {
    if (this.listener) return;
    const listener = this.connections.forListening();
    this.listener = listener;
    listener.on('message', (_channel: string, message: string) => onMessage(message));
    listener.on('ready', onReady);
    try {
      await within(
        this.operationTimeout,
        listener.connect().then(() => listener.subscribe(`${this.root}@signals`)),
      );
    } catch (error) {
      this.listener = undefined;
      listener.disconnect();
      throw error;
    }
  }

  async close(): Promise<void> {
    const all = [this.calls, this.working, ...(this.listener ? [this.listener] : [])];
    // What was sent is answered first; a server that is gone answers nothing, and is not waited for.
    await Promise.all(all.map((client) => quit(client, this.operationTimeout)));
  }

  private async evaluate<T>(client: Client, name: keyof Scripts, args: readonly Argument[]): Promise<T> {
    const { sha, source } = this.scripts[name];
    // As one array: the stack has no room for the arguments of many entries.
    try {
      return (await client.call('evalsha', [sha, 1, this.root, ...args])) as T;
    } catch (error) {
      // The first time, and after a restart of the server.
      if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
      return (await client.call('eval', [source, 1, this.root, ...args])) as T;
    }
  }
}

async function quit(client: Client, patience: number): Promise<void> {
  try {
    if (client.status === 'ready') await within(patience, client.quit());
  } catch (error) {
    new LineLogger('BullMqScheduler').debug(`A connection was not closed in order: ${messageOf(error)}`);
  } finally {
    client.disconnect();
  }
}
