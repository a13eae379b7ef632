import { SchedulerUnavailableError } from '../scheduling/scheduling.errors.js';

/**
 * What the server answers.
 *
 * @param timeout in ms.
 * @throws {SchedulerUnavailableError} when it takes longer: a frozen server answers nothing, and refuses nothing.
 */
export async function answeredWithin<T>(timeout: number, server: string, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new SchedulerUnavailableError(`${server} did not answer within ${timeout} ms.`)),
      timeout,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
