/**
 * The base of every error that this library throws on purpose: `catch` it to tell ours from others.
 * Its `name` is the name of its class; `cause` is set where another error lies behind it.
 *
 * @publicApi
 */
export class EventFlowJobsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
