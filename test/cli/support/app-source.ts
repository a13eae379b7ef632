/** The source of a built app: two commands and a job, of which `version` says how far they have come. */
export function appSource(file: string, version: 1 | 2 | 3): string {
  const email = {
    1: `class SendEmail { customerId; constructor(customerId) { this.customerId = customerId; } }
CommandVersion('SendEmail', 1)(SendEmail);`,
    2: `class SendEmail { customerId; locale; constructor(customerId, locale) { this.customerId = customerId; this.locale = locale; } }
CommandVersion('SendEmail', 2, { upgrade: { 1: upgradeEmail } })(SendEmail);`,
    3: `class SendEmail { customer; constructor(customer) { this.customer = customer; } }
CommandVersion('SendEmail', 1)(SendEmail);`,
  }[version];
  return `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { CommandHandler, CqrsModule } from '@nestjs/cqrs';
import { CommandVersion, EventFlowJobsModule, JobValue, JobVersion } from 'nestjs-eventflow-jobs';
import { sqliteScheduler } from 'nestjs-eventflow-jobs/sqlite';

function upgradeEmail(data) {
  if (data.customerId === 'broken') throw new Error('no such customer');
  return { ...data, locale: 'en' };
}
${email}
class SendEmailHandler { async execute() {} }
CommandHandler(SendEmail)(SendEmailHandler);

class CleanUp { execute() { throw new Error('It ran.'); } }
JobVersion('CleanUp', 1)(CleanUp);

class Money { amount; ${version === 3 ? 'unit' : 'currency'}; }
JobValue('Money')(Money);
class Secret { #text; }
JobValue('Secret', { toData: () => '', fromData: () => new Secret() })(Secret);

class Started {
  onModuleInit() { throw new Error('It was started.'); }
  onModuleDestroy() { throw new Error('It was ended.'); }
}

export { SendEmail, CleanUp };
export class AppModule {}
Module({
  imports: [
    CqrsModule.forRoot(),
    EventFlowJobsModule.forRoot({
      jobs: [${version === 2 ? '' : 'CleanUp'}],
      values: [Money, Secret],
      scheduler: sqliteScheduler({ file: ${JSON.stringify(file)} }),
    }),
  ],
  providers: [SendEmailHandler, ${version === 2 ? 'Started' : ''}],
})(AppModule);
`;
}

/** Schedules what is pending when the next build comes. */
export function fillingSource(app: string): string {
  return `
import { NestFactory } from '@nestjs/core';
import { CommandScheduler, JobScheduler } from 'nestjs-eventflow-jobs';
import * as all from ${JSON.stringify(app)};

const app = await NestFactory.createApplicationContext(all.AppModule, { logger: false });
const commands = app.get(CommandScheduler);
for (const id of ['1', '2', 'broken']) await commands.schedule(new all.SendEmail(id), '7 days');
await app.get(JobScheduler).schedule(new all.CleanUp(), '1h');
await app.get(JobScheduler).scheduleRecurring('nightly', new all.CleanUp(), { cron: '0 3 * * *' });
await app.close();
`;
}
