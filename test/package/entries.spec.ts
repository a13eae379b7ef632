import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { run } from './support/repository.js';

const { bare } = inject('installed');

/** What a program prints as JSON in the folder with no driver. */
async function answerOf(name: string, program: string): Promise<unknown> {
  writeFileSync(join(bare, `${name}.mjs`), program);
  return JSON.parse(await run(process.execPath, [`${name}.mjs`], bare));
}

it('needs no driver for the core, the SQLite scheduler and what tests use', async () => {
  const exported = await answerOf(
    'without-drivers',
    `const entries = ['nestjs-eventflow-jobs', 'nestjs-eventflow-jobs/sqlite', 'nestjs-eventflow-jobs/testing'];
    const modules = await Promise.all(entries.map((entry) => import(entry)));
    console.log(JSON.stringify(modules.flatMap((module) => Object.keys(module))));`,
  );
  expect(exported).toEqual(
    expect.arrayContaining(['EventFlowJobsModule', 'JobScheduler', 'sqliteScheduler', 'TestJobScheduler']),
  );
});

it.each([
  { entry: 'pg-boss', scheduler: "pgBossScheduler({ connectionString: 'postgres://127.0.0.1:1/none' })" },
  { entry: 'bullmq', scheduler: "bullMqScheduler({ connection: { host: '127.0.0.1', port: 1 } })" },
])('nestjs-eventflow-jobs/$entry tells what to install', async ({ entry, scheduler }) => {
  const packages = { 'pg-boss': 'pg-boss@~12.38.0 pg', bullmq: 'bullmq@~6.7.0 ioredis' }[entry];
  const error = await answerOf(
    `missing-${entry}`,
    `import 'reflect-metadata';
    import { Module } from '@nestjs/common';
    import { NestFactory } from '@nestjs/core';
    import { CqrsModule } from '@nestjs/cqrs';
    import { EventFlowJobsModule } from 'nestjs-eventflow-jobs';
    import { ${scheduler.split('(')[0]}, MissingDriverError } from 'nestjs-eventflow-jobs/${entry}';

    class AppModule {}
    const imports = [CqrsModule.forRoot(), EventFlowJobsModule.forRoot({ scheduler: ${scheduler} })];
    Module({ imports })(AppModule);
    const start = NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    const error = await start.then(() => undefined, (thrown) => thrown);
    console.log(JSON.stringify({ message: error?.message, known: error instanceof MissingDriverError }));`,
  );
  expect(error).toEqual({
    message: expect.stringContaining(`npm install ${packages}`),
    known: true,
  });
});
