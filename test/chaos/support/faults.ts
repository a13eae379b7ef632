import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load } from '../../../chaos/support/catalog.mjs';
import { faultsFor } from '../../../chaos/support/options.mjs';

interface Summary {
  fault: string;
  acknowledged: number;
  run: number;
  problems: { round: number; text: string }[];
}

const PROGRAM = fileURLToPath(new URL('../../../chaos/run.mjs', import.meta.url));
const SEED = '8';
/** A minute or two, on a machine that has nothing else to do. */
const PATIENCE = 1_800_000;

/** A short round of each fault on one engine, as `npm run chaos` does it. */
export async function describeFaults(engine: string): Promise<void> {
  const faults = await faultsFor(await load('engines', engine));
  const given = new AbortController();
  let report: Summary[];
  beforeAll(async () => {
    report = await runShort(engine, given.signal);
  }, PATIENCE);
  afterAll(() => given.abort());

  describe(engine, () => {
    it.each(faults.map(({ name }) => name))('%s', (fault) => {
      const one = report.find((summary) => summary.fault === fault)!;
      expect(one.problems).toEqual([]);
      expect(one).toMatchObject({ rounds: 1, broken: 0, lost: 0, early: 0, stuck: 0, damages: 0 });
      expect(one).toMatchObject({ runTwiceWithoutReason: 0, sharedClaims: 0 });
      expect(one.acknowledged).toBeGreaterThan(0);
      expect(one.run).toBeGreaterThan(0);
    });
  });
}

/** The program goes with the signal, should the tests end before it. */
async function runShort(engine: string, signal: AbortSignal): Promise<Summary[]> {
  const folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-'));
  const file = join(folder, 'report.json');
  const run = promisify(execFile)(
    process.execPath,
    [PROGRAM, '--engine', engine, '--short', '--rounds', '1', '--seed', SEED, '--json', file],
    { maxBuffer: 64 * 1024 * 1024, signal },
  );
  // Where there are problems it ends with 1, and the report tells them.
  await run.catch((error: { code?: unknown }) => expect(error).toMatchObject({ code: 1 }));
  const report = JSON.parse(readFileSync(file, 'utf8')) as Summary[];
  rmSync(folder, { recursive: true, force: true });
  return report;
}
