// An app without a server that only waits for one job, and closes in it: node only-waits.mjs <library> [<SQLite file>]
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';

const [library, file] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(library, path)).href);
const { EventFlowJobsModule, JobScheduler, JobVersion, inProcessScheduler } = await load('index.js');

let app;
class LastJob {
  execute() {
    process.stdout.write('ran');
    setImmediate(() => app.close());
  }
}
JobVersion('Last', 1)(LastJob);

const scheduler = file
  ? (await load('schedulers/local/sqlite/index.js')).sqliteScheduler({ file })
  : inProcessScheduler();
const imports = [CqrsModule.forRoot(), EventFlowJobsModule.forRoot({ scheduler, jobs: [LastJob] })];
app = await NestFactory.createApplicationContext({ module: class AppModule {}, imports }, { logger: false });
await app.get(JobScheduler).schedule(new LastJob(), 1_000);
