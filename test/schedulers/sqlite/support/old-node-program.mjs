// node old-node-program.mjs <scenario> '{"library": ..., "file": ...}': plays it, and prints what came of it as JSON.
import 'reflect-metadata';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { CommandHandler, CqrsModule } from '@nestjs/cqrs';

const [, , scenario, json] = process.argv;
const { library, file } = JSON.parse(json);
const load = (path) => import(pathToFileURL(join(library, path)).href);
const { CommandScheduler, CommandVersion, EventFlowJobsModule, JobScheduler, JobVersion } =
  await load('index.js');
const { sqliteScheduler } = await load('schedulers/local/sqlite/index.js');

const NUL = 'before \0 after';
const RICH = {
  map: new Map([['a', new Date(0)]]),
  set: new Set([2n]),
  none: undefined,
  text: NUL,
  yes: true,
};

const ran = [];
const behaviours = {};
class NoteJob {
  constructor(payload) {
    this.payload = payload;
  }
  async execute(context) {
    ran.push({ payload: this.payload, at: Date.now(), runAt: context.runAt.getTime() });
    await behaviours[this.payload]?.(context);
  }
}
JobVersion('Note', 1)(NoteJob);

class NoteCommand {
  constructor(payload) {
    this.payload = payload;
  }
}
CommandVersion('Note', 1)(NoteCommand);
class NoteHandler {
  async execute({ payload }) {
    ran.push({ payload, command: true });
  }
}
CommandHandler(NoteCommand)(NoteHandler);

async function start(options, worker) {
  class AppModule {}
  const jobs = EventFlowJobsModule.forRoot({
    jobs: [NoteJob],
    scheduler: sqliteScheduler(options),
    worker,
    shutdownTimeout: 0,
  });
  const module = { module: AppModule, providers: [NoteHandler], imports: [CqrsModule.forRoot(), jobs] };
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  return { app, scheduler: app.get(JobScheduler), commands: app.get(CommandScheduler) };
}

async function until(condition) {
  for (const end = performance.now() + 20_000; !(await condition());) {
    if (performance.now() > end) throw new Error(`Waited in vain for: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const errorOf = async (action) => {
  try {
    return { given: await action() };
  } catch (error) {
    return { error: error.name, message: error.message };
  }
};

async function openDatabase() {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(file);
  database.exec('PRAGMA busy_timeout = 5000; CREATE TABLE IF NOT EXISTS orders (name TEXT)');
  return database;
}
const namesIn = (database) =>
  database
    .prepare('SELECT name FROM orders ORDER BY rowid')
    .all()
    .map(({ name }) => name);

const tools = { ran, behaviours, start, until, errorOf, openDatabase, namesIn, file };
const { scenarios } = await import('./old-node-scenarios.mjs');
const result = await scenarios[scenario]({ ...tools, NoteJob, NoteCommand, NUL, RICH, isDeepStrictEqual });
process.stdout.write(`${JSON.stringify({ node: process.version, ...result })}\n`);
await new Promise((resolve) => setImmediate(resolve)); // what Node.js warns of comes a little later
process.exit();
