// A process that schedules and works until it is told to stop, or is killed: node app.mjs '{"engine": "sqlite", ...}'
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFlowJobsModule, JobScheduler } from 'nestjs-eventflow-jobs';
import { load } from './catalog.mjs';
import { EventLog } from './event-log.mjs';
import { Load } from './load.mjs';
import { Random } from './random.mjs';
import { TickJob, Witness, WitnessedJob } from './witnessed.job.mjs';

process.on('disconnect', () => process.exit()); // who watches is gone

const { engine: engineName, connection, folder, place, seeds, settings } = JSON.parse(process.argv[2]);
// Unless a fault looks into it: a busy machine is not what is to be found.
const { transactionalWork = false, lease, concurrency, operationTimeout = '30s', shape } = settings;
const { shutdownTimeout = '30s', producers = [] } = settings;
const engine = await load('engines', engineName);
const log = new EventLog(folder);
const witness = new Witness(log, transactionalWork ? engine.writeEffect : undefined);

class AppModule {}
const app = await NestFactory.createApplicationContext(
  {
    module: AppModule,
    imports: [
      CqrsModule.forRoot(),
      EventFlowJobsModule.forRoot({
        jobs: [WitnessedJob, TickJob],
        scheduler: engine.createScheduler(connection, { transactionalWork, ...(lease && { lease }) }),
        worker: producers.includes(place) ? false : { concurrency },
        operationTimeout,
        shutdownTimeout,
      }),
    ],
    providers: [{ provide: Witness, useValue: witness }],
  },
  { logger: ['error', 'warn'], abortOnError: false },
);

app.enableShutdownHooks();
const producer = new Load(app.get(JobScheduler), log, new Random(...seeds), shape);
const orders = {
  'stop-load': () => producer.stop(),
  close: () => app.close(),
};
async function obey(order) {
  await orders[order]();
  process.send({ done: order }, () => {
    if (order === 'close') process.disconnect();
  });
}
process.on('message', (order) => void obey(order));
await producer.start();
process.send({ done: 'start' });
