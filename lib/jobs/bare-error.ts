/** What says where and how it went wrong. */
const KEPT: ReadonlySet<string> = new Set([
  'name',
  'message',
  'stack',
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
]);

/** A cause may lead back to itself. */
const DEEPEST = 10;

/**
 * A driver's error without what drivers hang on it: the command with all its arguments, the row that was refused, the
 * connection. In there lie payloads and passwords, and whoever logs an error logs all that it has.
 */
export function bareError<T>(error: T, depth = 0): T {
  if (!(error instanceof Error) || depth > DEEPEST) return error;
  for (const key of Object.keys(error)) if (!KEPT.has(key)) Reflect.deleteProperty(error, key);
  if (error.cause !== undefined) bareError(error.cause, depth + 1);
  if (error instanceof AggregateError) for (const one of error.errors) bareError(one, depth + 1);
  return error;
}
