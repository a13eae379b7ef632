// Breaks what the library runs on, again and again, and counts what became of every entry: npm run chaos -- --help
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { killAllProcesses, lastOutput } from './support/app-process.mjs';
import { USAGE, UsageError, readOptions } from './support/options.mjs';
import { summary, table } from './support/report.mjs';
import { playRound } from './support/round.mjs';
import { takeSnapshot } from './support/snapshot.mjs';

const MOST_SHOWN = 20;
const ROUNDS = 20;
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

const options = await readOptions(process.argv.slice(2)).catch(endWithUsage);
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}

const root = mkdtempSync(join(tmpdir(), 'eventflow-jobs-chaos-'));
const failedFolders = [];
let interrupted = false;
for (const [signal, code] of Object.entries(SIGNALS)) process.on(signal, () => void interrupt(code));

const { engines, seed } = options;
const roundsOf = (fault) => options.rounds ?? fault.rounds ?? ROUNDS;
const program = takeSnapshot(join(root, 'library'));
console.log(`--seed ${seed}, Node ${process.version}`);
const summaries = [];
for (const { engine, faults } of engines) {
  for (const fault of faults)
    summaries.push(summary({ engine, fault, seed, rounds: await playAll(engine, fault) }));
  await engine.close?.();
}
if (failedFolders.length === 0) rmSync(root, { recursive: true, force: true });

console.log(`\n${table(summaries)}`);
for (const one of summaries) showRemarks(one);
for (const folder of failedFolders) console.log(`Kept: ${folder}`);
if (options.json) {
  mkdirSync(dirname(options.json), { recursive: true });
  writeFileSync(options.json, `${JSON.stringify(summaries, undefined, 2)}\n`);
}
process.exitCode = summaries.some(({ problems }) => problems.length > 0) ? 1 : 0;

async function playAll(engine, fault) {
  const played = [];
  const rounds = roundsOf(fault);
  for (let number = 1; number <= rounds; number++) {
    const folder = mkdtempSync(join(root, `${fault.name}-${number}-`));
    const { play = playRound } = fault;
    const round = await play({ program, engine, fault, seed, number, folder }).catch((error) =>
      brokenRound(error, folder),
    );
    if (interrupted) await new Promise(() => {}); // the end is on its way
    if (options.keep && round.problems.length > 0) failedFolders.push(folder);
    else rmSync(folder, { recursive: true, force: true });
    console.log(`${engine.name}: ${fault.name} ${number}/${rounds}: ${inShort(round)}`);
    played.push(round);
  }
  return played;
}

/** It says nothing about entries, and yet not all is well. */
function brokenRound(error, folder) {
  return { problems: [`The round could not be played: ${error.stack}\n${lastOutput(folder)}`] };
}

function inShort({ acknowledged = 0, kills = 0, outages = 0, longestRecovery = 0, problems }) {
  const numbers = `${acknowledged} acknowledged, ${kills} kills, ${outages} outages, recovery ${Math.round(longestRecovery)} ms`;
  return `${numbers}, ${problems.length === 0 ? 'ok' : `${problems.length} problems`}`;
}

function showRemarks({ engine, fault, refused, problems }) {
  if (refused > 0) console.log(`${engine}: ${fault}: ${refused} calls were refused, and so not counted.`);
  for (const { round, text } of problems.slice(0, MOST_SHOWN))
    console.log(`${engine}: ${fault}, round ${round}: ${text}`);
  if (problems.length > MOST_SHOWN)
    console.log(`${engine}: ${fault}: and ${problems.length - MOST_SHOWN} more.`);
}

/** A terminal sends Ctrl-C to us and to who started us, who hands it on: the second one must not end the clean-up. */
async function interrupt(code) {
  if (interrupted) return;
  interrupted = true;
  await killAllProcesses();
  rmSync(root, { recursive: true, force: true });
  process.exit(code);
}

function endWithUsage(error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exit(2);
}
