// A process that schedules and works until it is told to stop, or is killed: node app.mjs '{"engine": "sqlite", ...}'
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFlowJobsModule, JobEvents, JobScheduler } from 'nestjs-eventflow-jobs';
import { load } from './catalog.mjs';
import { EventLog } from './event-log.mjs';
import { Load } from './load.mjs';
import { Random } from './random.mjs';
import { TickJob, Witness } from './witnessed.job.mjs';

process.on('disconnect', () => process.exit()); // who watches is gone

const IDLE_MS = 1_500;

const {
  engine: engineName,
  connection,
  folder,
  place,
  version,
  seeds,
  settings,
} = JSON.parse(process.argv[2]);
// Unless a fault looks into it: a busy machine is not what is to be found.
const { transactionalWork = false, lease, concurrency, operationTimeout = '30s', shape } = settings;
const { shutdownTimeout = '30s', producers = [] } = settings;
const engine = await load('engines', engineName);
const { jobs, scheduled } = await load('versions', version ?? 'only');
const log = new EventLog(folder);
const witness = new Witness(log, transactionalWork ? engine.writeEffect : undefined);

/** Listens from before the worker starts. */
const listener = {
  provide: 'listener',
  inject: [JobEvents],
  useFactory: ({ all$ }) =>
    all$.subscribe(({ type, id }) => {
      if (type === 'parked') log.write('parked', { entry: id });
      if (type === 'started') witness.begins(id);
    }),
};

class AppModule {}
const app = await NestFactory.createApplicationContext(
  {
    module: AppModule,
    imports: [
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot({
        jobs,
        scheduler: await engine.createScheduler(connection, { transactionalWork, ...(lease && { lease }) }),
        worker: producers.includes(place) ? false : { concurrency },
        operationTimeout,
        shutdownTimeout,
      }),
    ],
    providers: [{ provide: Witness, useValue: witness }, listener],
  },
  { logger: ['error', 'warn'], abortOnError: false },
);

app.enableShutdownHooks();
const producer = new Load(app.get(JobScheduler), log, new Random(...seeds), { shape, jobs: scheduled });
const tell = (done) => new Promise((told) => process.send({ done }, told));
const orders = {
  'stop-load': () => producer.stop(),
  quiet: () => producer.quiet(),
  /** How much it works while nobody asks it to. */
  async idle() {
    const before = process.cpuUsage();
    await sleep(IDLE_MS);
    const { user, system } = process.cpuUsage(before);
    log.write('idle', { work: (user + system) / 1000 / IDLE_MS });
  },
  close: () => app.close(),
};
async function obey(order) {
  await orders[order]();
  await tell(order);
  if (order === 'close') process.disconnect();
}
process.on('message', (order) => {
  if (order in orders) void obey(order);
});
await producer.start(TickJob);
await tell('start');
await producer.ended;
await tell('load');
