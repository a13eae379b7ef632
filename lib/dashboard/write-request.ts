import type { JobsDashboardViewOptions } from './dashboard.options.js';
import type { HttpRequest } from './http.js';
import { RequestError } from './request.error.js';

type Headers = HttpRequest['headers'];

/** A page of another site can neither set it nor ask whether it may. */
const HEADER = 'x-eventflow-jobs';

/**
 * The body of a request that changes something.
 *
 * @throws {RequestError} where nothing may be changed, or another site's page may have sent it.
 */
export function bodyOfWrite(
  { headers, body }: HttpRequest,
  { readOnly }: Pick<JobsDashboardViewOptions, 'readOnly'>,
): Record<string, unknown> {
  if (readOnly) throw RequestError.forbidden('This dashboard changes nothing: it is `readOnly`.');
  if (headers[HEADER] !== '1') {
    throw RequestError.forbidden(`Requests that change something need the header \`${HEADER}: 1\`.`);
  }
  if (!isFromSameSite(headers)) {
    throw RequestError.forbidden(
      'The request came from a page of another site. Behind a proxy that changes `Host`, have it send `X-Forwarded-Host`.',
    );
  }
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    throw new RequestError(
      415,
      'UnsupportedMediaTypeError',
      'Send JSON, with `content-type: application/json`.',
    );
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  throw RequestError.invalid('The body must be a JSON object. (An app without a body parser reads none.)');
}

function isFromSameSite(headers: Headers): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const { origin } = headers;
  return origin === undefined || isOfHost(origin, headers);
}

function isOfHost(origin: string, { host, 'x-forwarded-host': forwarded }: Headers): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: wanted } = new URL(origin);
  const hosts = [host, [forwarded].flat()[0]?.split(',')[0]];
  return hosts.some((one) => {
    const url = `${protocol}//${one?.trim()}`; // the same default port for both
    return Boolean(one) && URL.canParse(url) && new URL(url).host === wanted;
  });
}
