/** Anything that runs SQL: a pool, a client, or what a library hands to its transactions. */
export interface Executor {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** SQL for what no two transactions of a connection have in common; outside of one, it is another at each statement. */
export const TRANSACTION_BEGAN = 'extract(epoch FROM now())::text';

/** A transaction on a connection of its own. */
export interface OpenTransaction extends Executor {
  /** What the job gets as `context.transaction`. */
  readonly client: unknown;
  /** When it began, as {@link TRANSACTION_BEGAN} tells of the one that is open. */
  readonly began: string;
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
