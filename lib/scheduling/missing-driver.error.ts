import { EventFlowJobsError } from '../eventflow-jobs.error.js';

/** A package is not installed: drivers are optional, since whoever uses another scheduler needs none of them. */
export class MissingDriverError extends EventFlowJobsError {}

/**
 * @param packages as `npm install` takes them, with their versions where not every one fits.
 * @throws {MissingDriverError} with the command that installs them, where one is missing.
 */
export async function installed<T>(scheduler: string, packages: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    const names = packages.split(' ').map((one) => one.replace(/@[^/]+$/, ''));
    throw new MissingDriverError(
      `${scheduler} needs ${names.join(' and ')}, which are not installed: npm install ${packages}`,
      { cause },
    );
  }
}
