/** A call that failed, with a sentence for people. */
class ApiError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ApiError';
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>;

export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return call<T>(apiUrl(path, query), { signal: signal ?? null });
}

/** @param options.keepalive the page may be gone before the answer is there */
export function post<T>(
  path: string,
  body: unknown,
  { keepalive = false }: { keepalive?: boolean } = {},
): Promise<T> {
  return call<T>(apiUrl(path), {
    method: 'POST',
    // No form and no other site can send this header.
    headers: { 'content-type': 'application/json', 'x-eventflow-jobs': '1' },
    body: JSON.stringify(body),
    keepalive,
  });
}

export function apiUrl(path: string, query: Query = {}): string {
  const url = new URL(`api/${path}`, document.baseURI);
  url.hash = '';
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  }
  return url.href;
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  return `Something went wrong in this page: ${error instanceof Error ? error.message : String(error)}`;
}

async function call<T>(url: string, init: RequestInit): Promise<T> {
  const response = await reach(url, init);
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer as T;
  throw new ApiError(refusal(response, answer));
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, cache: 'no-store', credentials: 'same-origin' });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError('The server cannot be reached. This page tries again by itself.');
  }
}

function refusal({ status, ok }: Response, answer: unknown): string {
  const message = messageIn(answer);
  if (message && status !== 401) return message;
  if (status === 401) return 'You are not signed in, or no longer: sign in, and load this page again.';
  if (status === 403) return 'You are not allowed to do this.';
  if (ok) return 'The server answered with a page instead of data: sign in, and load this page again.';
  return `The server answered with status ${status}.`;
}

function messageIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined;
  const { error } = answer;
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined;
  return typeof error.message === 'string' ? error.message : undefined;
}
