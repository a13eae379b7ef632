// A million entries in process that are due later: the rate of scheduling, and the memory of each, beside a bare
// setTimeout each, which checks and keeps nothing. node --expose-gc bench/in-process.mjs [entries]
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFlowJobsModule, JobScheduler, JobVersion, inProcessScheduler } from 'nestjs-eventflow-jobs';

const ENTRIES = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 3;
const BATCH = 1_000;
const DUE = 7 * 24 * 3_600_000;

class ReminderJob {
  constructor(number) {
    this.customerId = `customer-${number}`;
    this.subject = 'Your subscription ends soon';
  }
  execute() {}
}
JobVersion('Reminder', 1)(ReminderJob);

class AppModule {}

const heap = () => {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};

async function ours() {
  const imports = [
    CqrsModule.forRoot(),
    EventFlowJobsModule.forRoot({ jobs: [ReminderJob], scheduler: inProcessScheduler() }),
  ];
  const app = await NestFactory.createApplicationContext({ module: AppModule, imports }, { logger: false });
  const scheduler = app.get(JobScheduler);
  const before = heap();
  const began = performance.now();
  for (let i = 0; i < ENTRIES; i += BATCH) {
    const calls = [];
    for (let j = i; j < i + BATCH; j++) calls.push(scheduler.schedule(new ReminderJob(j), DUE + j));
    await Promise.all(calls);
  }
  const seconds = (performance.now() - began) / 1000;
  const bytes = (heap() - before) / ENTRIES;
  if ((await scheduler.counts()).scheduled !== ENTRIES) throw new Error('entries are missing');
  await app.close();
  return { rate: ENTRIES / seconds, bytes };
}

async function bareTimers() {
  const before = heap();
  const timers = [];
  const began = performance.now();
  for (let i = 0; i < ENTRIES; i++) {
    const job = new ReminderJob(i);
    timers.push(setTimeout(() => job.execute(), DUE + i));
  }
  const seconds = (performance.now() - began) / 1000;
  const bytes = (heap() - before) / ENTRIES;
  for (const timer of timers) clearTimeout(timer);
  return { rate: ENTRIES / seconds, bytes };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const rounds = { ours: [], bare: [] };
for (let round = 0; round < ROUNDS; round++) {
  rounds.ours.push(await ours());
  rounds.bare.push(await bareTimers());
}
const payload = JSON.stringify({ json: new ReminderJob(ENTRIES / 2) }).length;
const [oursRate, bareRate] = [rounds.ours, rounds.bare].map((one) => median(one.map(({ rate }) => rate)));
const [oursBytes, bareBytes] = [rounds.ours, rounds.bare].map((one) => median(one.map(({ bytes }) => bytes)));
console.log(`${ENTRIES} entries due in a week, median of ${ROUNDS} rounds, Node ${process.version}`);
console.log(
  `ours:            ${Math.round(oursRate)} a second, ${Math.round(oursBytes)} bytes each, of which ${payload} payload`,
);
console.log(`bare setTimeout: ${Math.round(bareRate)} a second, ${Math.round(bareBytes)} bytes each`);
console.log(
  `ratio of rates:  ${(oursRate / bareRate).toFixed(3)}; memory above payload: ${Math.round(oursBytes - payload)} bytes`,
);
process.exit(0);
