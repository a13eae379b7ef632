import { onTestFinished } from 'vitest';

interface Told {
  readonly event: string;
  readonly data: any;
}

export interface Listener {
  readonly status: number;
  readonly headers: Headers;
  /** What has been told so far, the oldest first. */
  readonly told: Told[];
  readonly ended: Promise<void>;
  readonly hasEnded: boolean;
  leave(): void;
  of(event: string): any[];
}

/** Listens to server-sent events as a page does. */
export async function listen(url: string, headers: Record<string, string> = {}): Promise<Listener> {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(url, { headers, signal: leaving.signal });
  const told: Told[] = [];
  let hasEnded = false;
  const read = async () => {
    let rest = '';
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split('\n\n');
      rest = parts.pop()!;
      for (const part of parts) {
        const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? [];
        if (event) told.push({ event, data: JSON.parse(data!) });
      }
    }
  };
  const ended = read()
    .catch(() => {})
    .then(() => {
      hasEnded = true;
    });
  return {
    status: response.status,
    headers: response.headers,
    told,
    ended,
    get hasEnded() {
      return hasEnded;
    },
    leave: () => leaving.abort(),
    of: (event) => told.filter((one) => one.event === event).map(({ data }) => data),
  };
}
