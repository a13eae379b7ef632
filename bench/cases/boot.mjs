import { NestFactory } from '@nestjs/core';
import { CommandHandler, CqrsModule } from '@nestjs/cqrs';
import { EventFlowJobsModule, inProcessScheduler } from 'nestjs-eventflow-jobs';

const HANDLERS = 200;

/** An app of some size. */
const handlers = Array.from({ length: HANDLERS }, (_, i) => {
  const Command = { [`Step${i}Command`]: class {} }[`Step${i}Command`];
  const Handler = { [`Step${i}Handler`]: class { async execute() {} } }[`Step${i}Handler`]; // prettier-ignore
  CommandHandler(Command)(Handler);
  return Handler;
});

async function startTime(imports, count) {
  let time = 0;
  for (let i = 0; i < count; i++) {
    class AppModule {}
    const began = performance.now();
    const app = await NestFactory.createApplicationContext(
      { module: AppModule, imports: [CqrsModule.forRoot(), ...imports()], providers: handlers },
      { logger: false },
    );
    time += performance.now() - began;
    await app.close();
  }
  return { '': time / count };
}

export default {
  name: 'boot',
  engine: 'boot',
  unit: 'ms',
  sizes: { full: 20, quick: 5 },
  rounds: { full: 5, quick: 2 },
  ours: {
    name: 'a Nest start with the module',
    measure: (count) =>
      startTime(() => [EventFlowJobsModule.forRoot({ scheduler: inProcessScheduler() })], count),
  },
  peers: [
    {
      name: `the same app without it (${HANDLERS} handlers)`,
      measure: (count) => startTime(() => [], count),
    },
  ],
};
