import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startModules } from '../support/app.js';
import { createDatabase } from '../support/postgres.js';
import { startRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { AppModule } from './getting-started.app.snippets.js';
import { inProcess, postgres, redis, sqlite } from './getting-started.schedulers.snippets.js';
import { RemindersController, SendReminderHandler } from './getting-started.snippets.js';

/** What the handler logs, and what anybody warns of. */
function recordReminders(): { said: string[]; warned: string[] } {
  const [said, warned]: [string[], string[]] = [[], []];
  const log = vi.spyOn(Logger.prototype, 'log').mockImplementation(function (this: Logger, line) {
    if ((this as unknown as { context: string }).context === 'Reminders') said.push(String(line));
  });
  const warn = vi
    .spyOn(Logger.prototype, 'warn')
    .mockImplementation((line) => void warned.push(String(line)));
  onTestFinished(() => [log, warn].forEach((spy) => spy.mockRestore()));
  return { said, warned };
}

async function listen(nest: Awaited<ReturnType<typeof startModules>>['nest']) {
  await nest.listen(0, '127.0.0.1');
  const url = await nest.getUrl();
  return async (path: string) =>
    (await (await fetch(`${url}${path}`, { method: 'POST' })).json()) as { id: string; cancelled: boolean };
}

const LINE = `ada ordered on ${new Date().toDateString()}`;

describe('docs/getting-started.md', () => {
  it('without a scheduler the reminder comes at once, with a warning that names the mend', async () => {
    const { said, warned } = recordReminders();
    const { nest } = await startModules([AppModule]);
    const post = await listen(nest);

    await post('/customers/ada/reminder');
    expect(said).toEqual([LINE]);
    expect(warned).toEqual([
      expect.stringMatching(
        /^SendReminderCommand was scheduled for .*, but runs now: .*inProcessScheduler\(\)/,
      ),
    ]);
  });

  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'eventflow-jobs-'));
    onTestFinished(() => rmSync(made, { recursive: true, force: true }));
    return join(made, 'data', 'jobs.db');
  };
  it.each([
    ['in process', inProcess],
    ['in a SQLite file', () => sqlite(folder())],
    ['on PostgreSQL', async () => postgres(await createDatabase())],
    ['on Redis', async () => redis((await startRedis()).url)],
  ])(
    'with one line changed it waits %s, and can be cancelled by its key',
    async (_, line) => {
      const { said, warned } = recordReminders();
      const { nest, scheduler } = await startModules([CqrsModule.forRoot(), ...(await line())], {
        controllers: [RemindersController],
        providers: [SendReminderHandler],
      });
      const post = await listen(nest);

      const { id } = await post('/customers/ada/reminder');
      await post('/customers/bob/reminder');
      expect(await post('/customers/ada/reminder')).toEqual({ id }); // the key is taken
      expect(await scheduler.get({ key: 'reminder:ada' })).toMatchObject({ id, state: 'scheduled' });
      expect(await post('/customers/bob/reminder/cancel')).toEqual({ cancelled: true });
      expect(said).toEqual([]);

      await scheduler.reschedule(id, 0);
      await until(() => said.length > 0, 'the reminder');
      expect([said, warned]).toEqual([[LINE], []]);
      await nest.close();
    },
    60_000,
  );
});
