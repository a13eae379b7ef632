/**
 * Names one entry: made when it is scheduled, never used again.
 *
 * @publicApi
 */
export type JobId = string;
