export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export class HttpClient {
  constructor(private readonly url: string) {}

  get<T>(path: string): Promise<Answer<T>> {
    return this.send(path, { method: 'GET' });
  }

  post<T>(path: string, body?: unknown): Promise<Answer<T>> {
    return this.postText(path, JSON.stringify(body));
  }

  postText<T>(path: string, body?: string, contentType = 'application/json'): Promise<Answer<T>> {
    return this.send(path, { method: 'POST', body, headers: { 'content-type': contentType } });
  }

  private async send<T>(path: string, init: RequestInit): Promise<Answer<T>> {
    const response = await fetch(`${this.url}${path}`, init);
    return { status: response.status, body: (await response.json()) as T };
  }
}
