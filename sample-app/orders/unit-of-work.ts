/** Changes to orders, and what is scheduled with them: all of it or nothing. */
export abstract class UnitOfWork {
  /**
   * Not to be called within another: the two would have nothing to do with each other, or the inner one would wait for
   * the outer one for ever.
   *
   * @param work gets the transaction to schedule in. There is none where the scheduler keeps its entries elsewhere:
   * what `work` then schedules stands, even if the orders cannot be saved.
   */
  abstract run<T>(work: (transaction?: unknown) => Promise<T>): Promise<T>;
}
