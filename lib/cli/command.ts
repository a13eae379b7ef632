/** A command of `npx nestjs-eventflow-jobs`. */
export interface CliCommand {
  readonly name: string;
  /** A line for the list of commands. */
  readonly summary: string;
  /** All that it takes. */
  readonly usage: string;
  /** @returns the exit code: 0 all is well, 1 something was found, 2 it could not look. */
  run(args: readonly string[], out: (line: string) => void): Promise<number>;
}
