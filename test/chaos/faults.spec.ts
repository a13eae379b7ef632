import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load, namesOf } from '../../chaos/support/catalog.mjs';
import { faultsFor } from '../../chaos/support/options.mjs';

interface Summary {
  engine: string;
  fault: string;
  acknowledged: number;
  run: number;
  problems: { round: number; text: string }[];
}

const PROGRAM = fileURLToPath(new URL('../../chaos/run.mjs', import.meta.url));
const SEED = '8';
/** A minute or three, on a machine that has nothing else to do. */
const PATIENCE = 1_800_000;

const engines = await Promise.all(
  namesOf('engines').map(async (name) => {
    const faults = await faultsFor(await load('engines', name));
    return { name, faults: faults.map((fault) => fault.name) };
  }),
);
const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One run of the program for all of them, as `npm run chaos` does it: they take turns with the machine. */
let report: Summary[];
let afterRun = (): void => {};
afterAll(() => afterRun());
beforeAll(async () => {
  const file = join(folder, 'report.json');
  const args = engines.flatMap(({ name }) => ['--engine', name]);
  const run = promisify(execFile)(
    process.execPath,
    [PROGRAM, ...args, '--short', '--rounds', '1', '--seed', SEED, '--json', file],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  afterRun = () => void run.child.kill();
  // Where there are problems it ends with 1, and the report tells them.
  await run.catch((error: { code?: unknown }) => expect(error).toMatchObject({ code: 1 }));
  report = JSON.parse(readFileSync(file, 'utf8')) as Summary[];
}, PATIENCE);

describe.each(engines)('$name', ({ name, faults }) => {
  it.each(faults)('%s', (fault) => {
    const one = report.find((summary) => summary.engine === name && summary.fault === fault)!;
    expect(one.problems).toEqual([]);
    expect(one).toMatchObject({ rounds: 1, broken: 0, lost: 0, early: 0, stuck: 0, damages: 0 });
    expect(one).toMatchObject({ runTwiceWithoutReason: 0, sharedClaims: 0 });
    expect(one.acknowledged).toBeGreaterThan(0);
    expect(one.run).toBeGreaterThan(0);
  });
});
