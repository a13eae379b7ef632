import { EventFlowJobsError } from '../eventflow-jobs.error.js';

/** A package is not installed: drivers are optional, since whoever uses another scheduler needs none of them. */
export class MissingDriverError extends EventFlowJobsError {}

/** @throws {MissingDriverError} with the command that installs it, where a package is missing. */
export async function installed<T>(scheduler: string, packages: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new MissingDriverError(
      `${scheduler} needs ${packages.replace(' ', ' and ')}, which are not installed: npm install ${packages}`,
      { cause },
    );
  }
}
