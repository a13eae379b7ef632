/**
 * Changes to orders, and what is scheduled with them: all of it or nothing. Two for the same order come one after the
 * other, also while that order is not there yet: once one has saved it, the other waits for its end, and then sees it.
 */
export abstract class UnitOfWork {
  /**
   * Not to be called within another: the two would have nothing to do with each other, or the inner one would wait for
   * the outer one for ever.
   *
   * @param work gets the transaction to schedule in. There is none where the scheduler keeps its entries elsewhere:
   * what `work` then schedules stands, even if the orders cannot be committed.
   */
  abstract run<T>(work: (transaction?: unknown) => Promise<T>): Promise<T>;
}
