/** Anything that runs SQL: a pool, a client, or what a library hands to its transactions. */
export interface Executor {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** A transaction on a connection of its own. */
export interface OpenTransaction extends Executor {
  /** What the job gets as `context.transaction`. */
  readonly client: unknown;
  /** Whether the job itself has ended it, as far as the driver tells: what came after that was in none. */
  readonly hasEnded: () => boolean;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** How the store reaches its server. */
export interface Access extends Executor {
  /** The most that it holds at once; `undefined` where it does not say. */
  readonly connections: number | undefined;
  begin(): Promise<OpenTransaction>;
  /** @param onReady called once it listens, and again after each reconnection: what was told meanwhile was missed. */
  listen(
    channel: string,
    onMessage: (payload: string) => void,
    onReady: () => void,
  ): Promise<{ close(): Promise<void> }>;
  close(): Promise<void>;
}
