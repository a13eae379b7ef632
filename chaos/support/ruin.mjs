// What is left of a file that somebody ruins is nothing that anybody can promise. That the app notices is: it says so, it
// refuses what it is asked, it does not run hot over it, it ends when it is told to, and it destroys nothing more.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastOutput, outputOf } from './app-process.mjs';
import { attemptsByEntry } from './attempts.mjs';
import { readEvents } from './event-log.mjs';
import { Fleet } from './fleet.mjs';
import { Random } from './random.mjs';
import { judgeRefusals } from './refusals.mjs';
import { comesTrue, now } from './time.mjs';

/** How long until all have noticed, in ms: a page that lies in the cache is read again when another process has written. */
const NOTICED_WITHIN = 15_000;
/** Of one processor, for a process that has nothing to do. */
const MOST_WORK = 0.3;
/** Of each process, about the file. */
const MOST_WORDS = 3;
/** Which file, and what is wrong with it. */
const NAMED = /jobs\.db\S* (is damaged|is no)/;

/** @param ruin does it: it gets the path of the file, and chance. */
export async function playRuin({ program, engine, fault, seed, number, folder }, ruin) {
  const { processes, settings, plan } = fault;
  const seeds = [seed, fault.name, number];
  const random = new Random(...seeds);
  const store = await engine.openStore(folder, settings);
  const { connection, file } = store;
  const fleet = new Fleet(program, folder, seeds, { engine: engine.name, connection, settings });
  try {
    await fleet.start(processes);
    await sleep(random.between(...plan.pause));
    const { ino } = statSync(file);
    emptyLog(file);
    const from = now();
    ruin(file, random);
    const length = statSync(file).size;
    const pids = fleet.pids;
    const hasNoticed = (pid) => wordsOf(pid, folder).length > 0;
    await comesTrue(() => pids.every(hasNoticed), NOTICED_WITHIN);
    const noticed = now() - from;
    await fleet.tellAll('quiet');
    const before = hashOf(file);
    await fleet.tellAll('idle');
    const isLeftAlone = hashOf(file) === before;
    await fleet.stopAll();
    const ended = hashOf(file);
    const hasStarted = await fleet.tryToStart();
    const said = lastOutput(folder);
    const events = readEvents(folder);
    const refused = events.filter(({ what, at }) => what === 'refused' && at > from);
    const { longestRefusal, wrongRefusals } = judgeRefusals(refused, settings.operationTimeout);
    const idle = events.filter(({ what }) => what === 'idle');
    const attempts = attemptsByEntry(events);
    return {
      isRuined: true,
      kills: 0,
      outages: 1,
      acknowledged: events.filter(({ what }) => what === 'acknowledged').length,
      run: [...attempts.values()].filter((all) => all.some(({ end }) => end !== undefined)).length,
      refused: refused.length,
      longestRefusal,
      noticed,
      problems: [
        ...pids.flatMap((pid) => judgeWords(pid, wordsOf(pid, folder))),
        ...(idle.length < pids.length ? ['not every process could be asked how much it works'] : []),
        ...idle
          .filter(({ work }) => work > MOST_WORK)
          .map(({ pid, work }) => `process ${pid} runs hot: ${work}`),
        ...wrongRefusals,
        ...(isLeftAlone ? [] : ['what had noticed the damage wrote on']),
        ...(!existsSync(file) || statSync(file).ino !== ino ? ['the file was replaced'] : []),
        ...(existsSync(file) && statSync(file).size < length ? ['the file was cut further'] : []),
        ...(!hasStarted && NAMED.test(said) ? [] : [`a new process was not told: ${said}`]),
        ...(hashOf(file) === ended ? [] : ['a new process changed the file']),
      ],
    };
  } finally {
    await fleet.killAll();
    await store.close();
  }
}

const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** What lies in the log of what was written is read from there, and later put over what was ruined. */
function emptyLog(file) {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA busy_timeout = 10000');
  const checkpoint = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)');
  // One that finds a process at the same is refused at once, whatever the timeout.
  while (checkpoint.get().busy !== 0);
  database.close();
}

/** What a process has said about the file. */
function wordsOf(pid, folder) {
  const lines = readFileSync(outputOf(folder), 'utf8').split('\n');
  return lines.filter(
    (line) => line.includes(`[Nest] ${pid} `) && /damaged|malformed|no database/.test(line),
  );
}

function judgeWords(pid, words) {
  const text = words.join(' | ');
  if (words.length === 0) return [`process ${pid} has noticed nothing`];
  if (!NAMED.test(text)) return [`process ${pid} names no file: ${text}`];
  return words.length > MOST_WORDS ? [`process ${pid} says it ${words.length} times: ${text}`] : [];
}
