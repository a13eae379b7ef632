// An app on a SQLite file, with a `connectionString` on PostgreSQL, or with `redis` on that, told by messages what to do:
// node worker-process.mjs '{"library": ..., "file": ...}'
import 'reflect-metadata';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';

const options = JSON.parse(process.argv[2]);
const trueNow = Date.now;
/** What the clock of this machine shows is wrong by so much. */
let clockOff = options.clockOff ?? 0;
Date.now = () => trueNow() + clockOff;
const load = (path) => import(pathToFileURL(join(options.library, path)).href);
const { EventFlowJobsModule, JobEvents, JobScheduler, JobVersion, RecurringJob } = await load('index.js');
async function schedulerOf({ connectionString, redis, file, ...more }) {
  if (redis) return (await load('schedulers/bullmq/index.js')).bullMqScheduler({ ...redis, ...more });
  if (connectionString === undefined)
    return (await load('schedulers/local/sqlite/index.js')).sqliteScheduler({ file, ...more });
  return (await load('schedulers/pg-boss/index.js')).pgBossScheduler({ connectionString, ...more });
}

/** Written at once, so that nothing of it is lost with the process. */
const write = (what, name, attempt, more = '') =>
  appendFileSync(
    options.log,
    `${JSON.stringify({ what, name, attempt, pid: process.pid, at: trueNow(), more })}\n`,
  );

class StepJob {
  constructor(name, ms = 0) {
    this.name = name;
    this.ms = ms;
  }
  async execute({ attempt, signal }) {
    write('begin', this.name, attempt);
    if (this.ms > 0) {
      const aborted = await new Promise((resolve) => {
        setTimeout(resolve, this.ms, false);
        signal.addEventListener('abort', () => resolve(true));
      });
      if (aborted) {
        write('aborted', this.name, attempt, String(signal.reason?.name));
        return;
      }
    }
    write('end', this.name, attempt);
  }
}
JobVersion('Step', 1)(StepJob);

/** Writes an effect in the store's transaction, and schedules what follows in it. */
class EffectJob {
  constructor(name, ms = 0, next) {
    this.name = name;
    this.ms = ms;
    this.next = next;
  }
  async execute({ attempt, transaction, get }) {
    transaction.prepare('INSERT INTO effects VALUES (?)').run(this.name);
    if (this.next) await get(JobScheduler).scheduleNow(new StepJob(this.next), { transaction });
    write('begin', this.name, attempt);
    if (this.ms > 0) await new Promise((resolve) => setTimeout(resolve, this.ms));
    write('end', this.name, attempt);
  }
}
JobVersion('Effect', 1)(EffectJob);

class TickJob {
  execute({ attempt, runAt }) {
    write('tick', String(runAt.getTime()), attempt);
  }
}
JobVersion('Tick', 1)(TickJob);
if (options.recurring) RecurringJob('tick', options.recurring)(TickJob);

const jobs = { StepJob, EffectJob };
class AppModule {}
/** Listens from before the worker starts. */
const listener = {
  provide: 'listener',
  inject: [JobEvents],
  useFactory: ({ all$ }) =>
    all$.subscribe(({ type, id, attempt }) => {
      if (type === 'failed') write('failed', id, attempt);
    }),
};
const { file, connectionString, redis, lease, transactionalWork, worker, operationTimeout } = options;
const app = await NestFactory.createApplicationContext(
  {
    module: AppModule,
    providers: [listener],
    imports: [
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot({
        jobs: [StepJob, EffectJob, ...(options.recurring || options.knowsTick ? [TickJob] : [])],
        scheduler: await schedulerOf({ file, connectionString, redis, lease, transactionalWork }),
        worker,
        operationTimeout,
        shutdownTimeout: 0,
      }),
    ],
  },
  { logger: ['error', 'warn'], abortOnError: false },
);
const scheduler = app.get(JobScheduler);

const commands = {
  schedule: (type, values, when, more) => scheduler.schedule(new jobs[type](...values), when, more),
  /** Many single calls, in turns of a hundred; gives the ids whose promises resolved. */
  async burst(prefix, count, ms) {
    const ids = [];
    for (let from = 0; from < count; from += 100) {
      const names = Array.from(
        { length: Math.min(100, count - from) },
        (_, index) => `${prefix}${from + index}`,
      );
      await Promise.all(
        names.map((name) =>
          scheduler.scheduleNow(new StepJob(name, ms)).then(() => write('acknowledged', name)),
        ),
      );
      ids.push(...names);
    }
    return ids;
  },
  /** So many calls at once; gives what became of each: its id, or the name of the error. */
  race: (count, when, more) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        scheduler
          .schedule(new StepJob(`${process.pid}.${index}`), when, { ...more, queue: `q${index % 3}` })
          .catch(({ name }) => name),
      ),
    ),
  cancel: (ref) => scheduler.cancel(ref),
  reschedule: (ref, when) => scheduler.reschedule(ref, when),
  get: (id) => scheduler.get(id),
  counts: () => scheduler.counts(),
  idle: async (ms) => {
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, ms));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  },
  now: () => trueNow(),
  setClock: (off) => {
    clockOff = off;
  },
  async close() {
    await app.close();
    return true;
  },
};
async function obey({ id, command, args }) {
  try {
    process.send({ id, result: await commands[command](...args) });
  } catch (error) {
    process.send({ id, error: `${error.name}: ${error.message}` });
  }
  if (command === 'close') process.disconnect();
}
process.on('message', (order) => void obey(order));
process.on('disconnect', () => process.exit()); // the test is gone
process.send({ ready: true });
