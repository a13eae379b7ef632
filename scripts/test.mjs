// Runs all tests, or those that the arguments name, and ends with one line: how many passed, failed, were skipped.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot } from './toolchain/paths.mjs';
import { endLike, run, succeeded } from './toolchain/run.mjs';
import { setUp } from './toolchain/set-up.mjs';

const node = await setUp();
const folder = mkdtempSync(join(tmpdir(), 'test-report-'));
const report = join(folder, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const vitest = inRoot('node_modules/vitest/vitest.mjs');
const ended = await run(node, [vitest, 'run', ...reporters, ...process.argv.slice(2)]);
const total = count(readReport());
rmSync(folder, { recursive: true, force: true });

console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`,
);
if (succeeded(ended)) process.exitCode = total.failed > 0 ? 1 : 0;
else endLike(ended);

function readReport() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return undefined; // the runner ended before it wrote one
  }
}

/** A run that went wrong outside of any test, or ran none, is one failure: "0 failed" is only said when all is well. */
function count(results) {
  const passed = results?.numPassedTests ?? 0;
  const skipped = (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0);
  const brokenFiles = results?.testResults.filter(isBroken).length ?? 0;
  const failed = (results?.numFailedTests ?? 0) + brokenFiles;
  const wentWell = succeeded(ended) && passed > 0;
  return { passed, failed: failed === 0 && !wentWell ? 1 : failed, skipped };
}

/** Such a file failed outside of its tests, so none of them counts as failed. */
function isBroken(file) {
  return file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed');
}
