import { type Job, type JobEntry, JobPolicy, JobVersion, inProcessScheduler } from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { readableData } from '../../lib/dashboard/readable-data.js';
import { recordLog } from '../support/log.js';
import { until } from '../support/until.js';
import { startDashboard } from './support/dashboard.js';
import { listen } from './support/events.js';
import { FailJob, JOBS } from './support/jobs.js';

@JobVersion('Odd', 1)
@JobPolicy({ attempts: 1 })
class OddJob implements Job {
  readonly at = new Date('2026-01-31T12:00:00Z');
  readonly big = 12_345_678_901_234_567_890n;
  readonly map = new Map([['a', new Set([1, Number.NaN])]]);
  readonly nothing = undefined;
  readonly deep = { list: [{ text: '<script>alert(1)</script>' }] };
  execute() {}
}

const SECRET = 'hush-4711';
const start = (dashboard = {}) =>
  startDashboard({ dashboard, jobs: { jobs: [...JOBS, OddJob], scheduler: inProcessScheduler() } });

describe('what the dashboard hides', () => {
  it('is data and metadata, unless they are allowed', async () => {
    const { get, url, scheduler } = await start();
    const page = await listen(`${url}/api/events`);
    const id = await scheduler.scheduleNow(new FailJob(SECRET), { metadata: { token: SECRET }, key: 'k' });
    await until(() => page.of('entry').some(({ state }) => state === 'failed'), 'the failure');
    const answers = await Promise.all(
      [`/api/entries/${id}`, '/api/entries', '/api/search?q=k', '/api/search?q=Fail', '/api/overview'].map(
        (path) => get(path),
      ),
    );
    expect(answers[0]!.body.entry).not.toHaveProperty('data');
    expect(answers[0]!.body.entry).not.toHaveProperty('metadata');
    expect(JSON.stringify([answers.map(({ body }) => body), page.told])).not.toContain(SECRET);
  });

  it('is nothing of one entry where they are, in a form that JSON has', async () => {
    const { get, scheduler } = await start({ payloads: true });
    const id = await scheduler.schedule(new OddJob(), '1h', { metadata: { tenant: 'blue' } });
    const { body } = await get(`/api/entries/${id}`);
    expect(body.entry.metadata).toEqual({ tenant: 'blue' });
    expect(body.entry.data).toMatchObject({
      at: '2026-01-31T12:00:00.000Z',
      big: '12345678901234567890n',
      map: [['a', [1, 'NaN']]],
      deep: { list: [{ text: '<script>alert(1)</script>' }] },
    });
    expect((await get('/api/entries')).body.entries[0]).not.toHaveProperty('data');
    expect((await get('/api/overview')).body.payloads).toBe(true);
  });

  it('is what the hook takes out, everywhere', async () => {
    const redact = (entry: JobEntry): JobEntry => ({
      ...entry,
      key: '***',
      data: { ...(entry.data as object), secret: '***' },
      lastError: entry.lastError && { name: entry.lastError.name, message: '***' },
      failures: entry.failures?.map((failure) => ({ ...failure, message: '***', stack: undefined })),
    });
    const { get, scheduler } = await start({ payloads: true, redact });
    const id = await scheduler.scheduleNow(new FailJob(SECRET), { key: SECRET });
    await until(async () => (await scheduler.get(id))?.state === 'failed', 'the failure');

    const { entry, explanation } = (await get(`/api/entries/${id}`)).body;
    expect(explanation).toMatchObject({
      reason: 'failed',
      text: expect.stringMatching(/: DiscardJobError: \*\*\*\.$/),
    });
    expect(entry).toMatchObject({ key: '***', data: { secret: '***' }, lastError: { message: '***' } });
    const [listed] = (await get('/api/entries')).body.entries;
    const [found] = (await get(`/api/search?q=${id}`)).body.entries;
    expect(JSON.stringify([entry, explanation, listed, found])).not.toMatch(/hush|printer/);
  });

  it('is all that an entry holds where the hook throws for it, and that of no other; the log says so, once', async () => {
    const log = recordLog();
    const redact = (entry: JobEntry) => {
      if (entry.key === 'other') return entry;
      throw new Error('No such field');
    };
    const { get, scheduler } = await start({ payloads: true, redact });
    const id = await scheduler.schedule(new FailJob(SECRET), '1h', { key: SECRET });
    await scheduler.schedule(new FailJob('seen'), '1h', { key: 'other' });
    const { entry, explanation } = (await get(`/api/entries/${id}`)).body;
    expect(entry).toMatchObject({
      id,
      state: 'scheduled',
      data: { hidden: expect.any(String) },
      metadata: {},
    });
    const { entries } = (await get('/api/entries')).body;
    expect(entries).toMatchObject([{ key: 'other' }, { id, name: entry.name }]);
    expect(JSON.stringify([entry, explanation, entries])).not.toMatch(/hush|No such field/);
    expect(log.filter((line) => line.includes('No such field'))).toHaveLength(1);
    expect(log.join('\n')).not.toContain(SECRET);
  });

  it('makes a page of whatever a store was made to hold', () => {
    const circular: Record<string, unknown> = {};
    circular.self = [circular];
    const deep = JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`);
    const names = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}');
    const [readCircular, readDeep, readNames] = [circular, deep, names].map((one) =>
      JSON.stringify(readableData(one)),
    );
    expect(readCircular).toBe('{"self":["(circular)"]}');
    expect(readDeep).toContain('(deeper than is shown)');
    expect(readNames).toBe('{"__proto__":{"polluted":true},"constructor":1}');
    expect(readableData([new Date(Number.NaN), Symbol('x'), () => 1, new Uint8Array(3), -0])).toEqual([
      'Invalid Date',
      'a symbol',
      'a function',
      'Uint8Array of 3 bytes',
      -0,
    ]);
  });
});
