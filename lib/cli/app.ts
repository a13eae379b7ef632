import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { INestApplication, Type } from '@nestjs/common';
import { EventFlowJobsError } from '../eventflow-jobs.error.js';
import type { SchedulerCore } from '../scheduling/scheduler-core.js';
import type { JobDefinitions } from '../jobs/job-definitions.js';
import type { JobScheduler } from '../scheduling/job-scheduler.js';

/** The app is put together, but not started: no lifecycle hook of it runs, no worker, no server. */
export interface BuiltApp {
  readonly scheduler: JobScheduler;
  readonly core: SchedulerCore;
  readonly jobs: JobDefinitions;
  readonly commands: JobDefinitions;
  /** Closes the store. */
  close(): Promise<void>;
}

type Core = typeof import('@nestjs/core');
type Library = Pick<typeof import('../scheduling/job-scheduler.js'), 'JobScheduler'> &
  Pick<typeof import('../jobs/job-definitions.js'), 'JobDefinitions'> &
  Pick<typeof import('../commands/command-definitions.js'), 'CommandDefinitions'>;

/**
 * Puts together the app whose root module a built file exports: as `default`, `AppModule`, or the name that is given.
 *
 * @throws {EventFlowJobsError} where there is no such file, or no such module in it.
 */
export async function buildApp(path: string, exportName: string | undefined): Promise<BuiltApp> {
  const file = resolve(path);
  if (!existsSync(file)) throw new EventFlowJobsError(`${file} is not there: build the app first.`);
  const module = rootModuleIn((await import(pathToFileURL(file).href)) as object, file, exportName);
  // Those of the app: another copy of a class is another token.
  const [{ NestFactory }, library] = await Promise.all([
    fromApp<Core>(file, '@nestjs/core'),
    fromApp<Library>(file, 'nestjs-eventflow-jobs'),
  ]);
  const app = await NestFactory.create(module, NO_SERVER as never, {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  return partsOf(app, library);
}

function partsOf(
  app: INestApplication,
  { JobScheduler, JobDefinitions, CommandDefinitions }: Library,
): BuiltApp {
  const get = <T>(token: Type<T> | (abstract new () => T)): T => {
    try {
      return app.get(token, { strict: false });
    } catch (cause) {
      throw new EventFlowJobsError('The app does not import EventFlowJobsModule.forRoot().', { cause });
    }
  };
  const scheduler = get(JobScheduler);
  const core = { ...scheduler['core'], readsOnly: true };
  scheduler.attach(core);
  return {
    scheduler,
    core,
    jobs: get(JobDefinitions),
    commands: get(CommandDefinitions),
    // Not the app: its hooks for the end would run, and those for its start did not.
    close: () => scheduler['shutDown'](),
  };
}

function rootModuleIn(exported: object, file: string, name: string | undefined): Type {
  const all = exported as Record<string, unknown>;
  // A CommonJS file has its exports in `default` too.
  const inner = (
    typeof all['default'] === 'object' && all['default'] !== null ? all['default'] : {}
  ) as Record<string, unknown>;
  const candidates =
    name === undefined
      ? [all['AppModule'], inner['AppModule'], all['default'], inner['default']]
      : [all[name], inner[name]];
  const found = candidates.find((one) => typeof one === 'function');
  if (found) return found as Type;
  throw new EventFlowJobsError(
    `${file} exports no module${name === undefined ? ' as AppModule or by default' : ` named ${name}`}: name it by --export.`,
  );
}

async function fromApp<T>(file: string, name: string): Promise<T> {
  try {
    return (await import(pathToFileURL(createRequire(file).resolve(name)).href)) as T;
  } catch (cause) {
    throw new EventFlowJobsError(`${name} is not installed beside ${file}: run this where the app is.`, {
      cause,
    });
  }
}

/** Nest asks its HTTP adapter for this and that while it puts an app together; nothing of it is to happen. */
const NO_SERVER: unknown = new Proxy(
  {},
  { get: (_, name) => (name === 'then' ? undefined : () => undefined) },
);
