import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where to ask for the run's Redis. */
    redis: string;
  }
}

/** The server of `REDIS_URL`, or else the one that this run shares. Whoever uses it has a prefix of its own there. */
export async function redisUrl(): Promise<string> {
  if (process.env.REDIS_URL) return process.env.REDIS_URL;
  const response = await fetch(inject('redis'));
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return answer;
}
