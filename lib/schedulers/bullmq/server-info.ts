/** What a Redis says about itself that those who rely on it must know. Each is a sentence with its mend. */
export function dangersIn(info: string): string[] {
  const dangers: string[] = [];
  if (field(info, 'aof_enabled') === '0') {
    dangers.push(
      'This Redis has no append-only file: what is scheduled is lost with its process, since its last snapshot. Set ' +
        '`appendonly yes`.',
    );
  }
  const policy = field(info, 'maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    dangers.push(
      `This Redis evicts keys when its memory is full (maxmemory-policy ${policy}): entries vanish then without a word. ` +
        'Set `maxmemory-policy noeviction`.',
    );
  }
  return dangers;
}

/** How many ms ago it was started. */
export function uptimeIn(info: string): number {
  return Number(field(info, 'uptime_in_seconds') ?? 0) * 1_000;
}

export function majorVersionIn(info: string): number {
  return Number(field(info, 'redis_version')?.split('.')[0] ?? 0);
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}
