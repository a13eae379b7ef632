import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import { EventFlowJobsModule } from '../../eventflow-jobs.module.js';
import { messageOf } from '../../jobs/thrown.js';
import { JobScheduler } from '../../scheduling/job-scheduler.js';
import type { SchedulerFactory } from '../../scheduling/scheduler-factory.js';
import { type Role, type StoreAddress, withoutSecrets } from './store-address.js';

export interface OpenScheduler {
  readonly scheduler: JobScheduler;
  close(): Promise<void>;
}

/** A piece of entries is more than a call of an app is. */
const PATIENCE = '30s';

@Module({})
class StoreModule {}

/**
 * Opens the scheduler in an app of its own without any class: what is stored is copied as the text that it is.
 *
 * @throws {EventFlowJobsError} where it cannot be opened, or is not durable. Passwords are left out.
 */
export async function openScheduler(address: StoreAddress, role: Role): Promise<OpenScheduler> {
  try {
    const factory = await address.factory(role);
    const app = await NestFactory.createApplicationContext(
      moduleOf(role === 'source' ? readingOnly(factory) : factory),
      { logger: ['warn', 'error'], abortOnError: false },
    );
    const scheduler = app.get(JobScheduler);
    const close = () => app.close();
    if (scheduler.capabilities.has('durable')) return { scheduler, close };
    await close();
    throw new EventFlowJobsError('it keeps nothing that outlives its process.');
  } catch (error) {
    throw new EventFlowJobsError(
      `The ${role}, ${address.label}: ${withoutSecrets(messageOf(error), address)}`,
      {
        cause: error,
      },
    );
  }
}

function moduleOf(factory: SchedulerFactory): DynamicModule {
  const scheduler: SchedulerFactory = { kind: factory.kind, create: () => ofThisPackage(factory.create()) };
  return {
    module: StoreModule,
    imports: [EventFlowJobsModule.forRoot({ scheduler, worker: false, operationTimeout: PATIENCE })],
  };
}

/** Nothing is made or brought up to date there. */
function readingOnly(factory: SchedulerFactory): SchedulerFactory {
  return {
    kind: factory.kind,
    create: () => {
      const scheduler = factory.create();
      const attach = scheduler.attach.bind(scheduler);
      scheduler.attach = (core) => {
        const reading = { ...core, readsOnly: true };
        attach(reading);
      };
      return scheduler;
    },
  };
}

function ofThisPackage(scheduler: JobScheduler): JobScheduler {
  if (scheduler instanceof JobScheduler) return scheduler;
  throw new EventFlowJobsError(
    'it is of another copy of nestjs-eventflow-jobs than this command: run it where the app is installed.',
  );
}
