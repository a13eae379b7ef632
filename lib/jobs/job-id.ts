/** Names one entry: made when it is scheduled, never used again. */
export type JobId = string;
