import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appSource, fillingSource } from './support/app-source.js';
import { BuiltApps } from './support/built-app.js';

const apps = new BuiltApps();
const store = join(apps.folder, 'jobs.db');
const first = join(apps.folder, 'first.mjs');
const second = join(apps.folder, 'second.mjs');

beforeAll(async () => {
  await apps.build();
  apps.write('first.mjs', appSource(store, 1));
  apps.write('second.mjs', appSource(store, 2));
  await promisify(execFile)(process.execPath, [apps.write('fill.mjs', fillingSource(first))]);
}, 60_000);
afterAll(() => apps.remove());

function rows(): unknown[] {
  const database = new DatabaseSync(store, { readOnly: true });
  const tables = ['entries', 'recurring', 'workers', 'counts'];
  const all = tables.map((table) => database.prepare(`SELECT * FROM eventflow_jobs_${table}`).all());
  database.close();
  return all;
}

describe('doctor', () => {
  it('says of the build that is running that all of it runs', async () => {
    const { code, out } = await apps.run('doctor', '--app', first);
    expect(out).toContain('All 4 pending entries and 1 recurring jobs run on this build.');
    expect(out).toMatch(/SendEmail \(command\) +v1 +3 +v1 +0 +0\n/);
    expect(code).toBe(0);
  });

  it('counts what the next build upgrades, what it refuses and what it does not know, and why; and changes nothing', async () => {
    const before = rows();
    const report = join(apps.folder, 'report.json');
    const { code, out } = await apps.run('doctor', '--app', second, '--json', report);
    expect(out).toMatch(/SendEmail \(command\) +v1 +3 +v2 +1 +0\n/);
    expect(out).toMatch(/CleanUp +v1 +2 +- +0 +2\n/);
    expect(out).toContain("'SendEmail' version 2: an upgrader refused the stored data: no such customer.");
    expect(out).toContain("No job class of this build stands for 'CleanUp' version 1");
    expect(out).toContain("recurring 'nightly'");
    expect(out).toContain(
      'Of 4 pending entries and 1 recurring jobs this build would park 3: 1 refused, 2 unknown.',
    );
    expect(code).toBe(1);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      totals: { pending: 4, recurring: 1, refused: 1, unknown: 2 },
    });
    expect(rows()).toEqual(before);
  });

  it('lets what is unknown be the business of other apps, but not what is refused', async () => {
    expect((await apps.run('doctor', '--app', second, '--allow-unknown')).code).toBe(1);
  });

  it('does not take a file that is not there for an empty store', async () => {
    const nowhere = apps.write('nowhere.mjs', appSource(join(apps.folder, 'none.db'), 1));
    const { code, errors } = await apps.run('doctor', '--app', nowhere);
    expect(errors).toContain('none.db is not there');
    expect(code).toBe(2);
  });

  it('does not take an app without a store for one with nothing pending', async () => {
    const text = appSource(store, 1).replace(/scheduler: sqliteScheduler\(.*\),\n/, '');
    const { code, errors } = await apps.run('doctor', '--app', apps.write('instant.mjs', text));
    expect(errors).toContain('InstantScheduler keeps nothing that outlives its process');
    expect(code).toBe(2);
  });

  it.each([
    [['doctor'], '--app FILE', ''],
    [['doctor', '--app', 'no.mjs'], '', 'no.mjs is not there: build the app first.'],
    [['doctor', '--app', first, '--export', 'Other'], '', 'exports no module named Other'],
    [['nonsense'], 'COMMAND --help tells more', ''],
  ])('says what is wrong with %j', async (args, inOut, inErrors) => {
    const { code, out, errors } = await apps.run(...args);
    expect([out.includes(inOut), errors.includes(inErrors), code]).toEqual([true, true, 2]);
  });
});

describe('manifest', () => {
  it('lists the definitions with the shape of their data, the same each time', async () => {
    const { code, out } = await apps.run('manifest', '--app', first);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      definitions: [
        {
          kind: 'command',
          name: 'SendEmail',
          version: 1,
          shape: { fields: ['customerId'], parameters: ['customerId'] },
          hash: expect.stringMatching(/^[0-9a-f]{16}$/),
        },
        { kind: 'job', name: 'CleanUp', version: 1 },
        { kind: 'value', name: 'Money', shape: { fields: ['amount', 'currency'] } },
        { kind: 'value', name: 'Secret', shape: { fields: [], isConverted: true } },
      ],
    });
    expect((await apps.run('manifest', '--app', first)).out).toBe(out);
  });

  it('fails where a shape has changed and its version has not', async () => {
    const list = join(apps.folder, 'manifest.json');
    expect((await apps.run('manifest', '--app', first, '--out', list)).code).toBe(0);
    expect(await apps.run('manifest', '--app', first, '--check', list)).toMatchObject({ code: 0 });
    const third = apps.write('third.mjs', appSource(store, 3));
    const { code, out } = await apps.run('manifest', '--app', third, '--check', list);
    expect(out).toContain(
      'The command SendEmail v1 has another shape than before (new: customer; gone: customerId; ',
    );
    expect(out).toContain(
      "The value Money has another shape than before (new: unit; gone: currency): give @JobValue('Money', ",
    );
    expect(out).not.toContain('Secret');
    expect(out).toContain('make it version 2 with `upgrade: { 1: (data) => ... }`');
    expect(code).toBe(1);
  });

  it('lets a new version be, and tells what has no class any more', async () => {
    const list = join(apps.folder, 'manifest.json');
    await apps.run('manifest', '--app', first, '--out', list);
    const { code, out } = await apps.run('manifest', '--app', second, '--check', list);
    expect(out).toContain('The command SendEmail v2 is new');
    expect(out).toContain('The command SendEmail v1 has no class any more; an upgrader takes its data.');
    expect(out).toContain('The job CleanUp v1 is gone, and nothing takes its data');
    expect(code).toBe(0);
  });
});
