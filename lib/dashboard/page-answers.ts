import type { HttpReply } from './http.js';
import { SECURITY_HEADERS } from './security-headers.js';
import type { UiFiles } from './ui-files.js';

const PAGE = 'index.html';
/** Their names hold a hash of their content. */
export const HASHED = 'assets/';

const NOT_BUILT =
  'The pages of the dashboard are not built. In a checkout of nestjs-eventflow-jobs, `npm run build` builds them; the ' +
  'published package has them. The JSON interface below `api/` works without.\n';
const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };

export async function sendPage(reply: HttpReply, files: UiFiles): Promise<void> {
  if ((await files.all()).has(PAGE)) return sendFile(reply, files, PAGE);
  write(reply, 503, PLAIN, Buffer.from(NOT_BUILT));
}

export async function sendFile(reply: HttpReply, files: UiFiles, path: string): Promise<void> {
  const file = (await files.all()).get(path);
  if (!file) return write(reply, 404, PLAIN, Buffer.from('There is nothing here.\n'));
  const caching = path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache';
  write(reply, 200, { 'content-type': file.type, 'cache-control': caching }, file.body);
}

export function redirect(reply: HttpReply, location: string): void {
  write(reply, 302, { location, 'cache-control': 'no-cache' });
}

function write(reply: HttpReply, status: number, headers: Record<string, string>, body?: Buffer): void {
  for (const [name, value] of Object.entries({ ...SECURITY_HEADERS, ...headers })) reply.header(name, value);
  reply.status(status).send(body ?? '');
}
