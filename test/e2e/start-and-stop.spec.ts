import {
  Global,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { CommandHandler, CqrsModule } from '@nestjs/cqrs';
import {
  CommandScheduler,
  EventFlowJobsModule,
  type Job,
  type JobContext,
  JobEvents,
  JobScheduler,
  JobWorker,
  WorkerStoppedError,
  inProcessScheduler,
} from 'nestjs-eventflow-jobs';
import { beforeEach, describe, expect, it } from 'vitest';
import { startApp, startModules } from '../support/app.js';
import { until } from '../support/until.js';

const story: string[] = [];
beforeEach(() => {
  story.length = 0;
});

class GreetCommand {}

@Injectable()
class Order {
  readonly steps: string[] = [];
}

@Global()
@Module({ providers: [Order], exports: [Order] })
class OrderModule {}

@CommandHandler(GreetCommand)
class GreetHandler {
  constructor(private readonly order: Order) {}
  async execute() {
    this.order.steps.push('handled');
  }
}

/** Schedules for now while the app is still starting: the entry is due long before any handler is registered. */
@Injectable()
class EarlyBird implements OnModuleInit {
  constructor(private readonly commands: CommandScheduler) {}
  async onModuleInit() {
    await this.commands.scheduleNow(new GreetCommand());
  }
}

@Injectable()
class SlowStarter implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly order: Order) {}
  async onApplicationBootstrap() {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    this.order.steps.push('bootstrapped');
  }
  onModuleDestroy() {
    story.push('destroyed');
  }
}

@Module({ imports: [OrderModule], providers: [SlowStarter] })
class SlowModule {}

@Module({ imports: [CqrsModule], providers: [GreetHandler, EarlyBird] })
class GreetModule {}

const jobsModule = () => EventFlowJobsModule.forRoot({ scheduler: inProcessScheduler() });

describe('the worker starts after every other bootstrap', () => {
  const orders: [string, () => Parameters<typeof startModules>[0]][] = [
    ['jobs first, global CQRS', () => [jobsModule(), CqrsModule.forRoot(), GreetModule, SlowModule]],
    ['jobs last, global CQRS', () => [SlowModule, GreetModule, CqrsModule.forRoot(), jobsModule()]],
    ['jobs first, plain CQRS', () => [jobsModule(), GreetModule, CqrsModule, SlowModule]],
    ['jobs last, plain CQRS', () => [SlowModule, CqrsModule, GreetModule, jobsModule()]],
    ['jobs in the middle', () => [CqrsModule.forRoot(), jobsModule(), SlowModule, GreetModule]],
  ];

  it.each(orders)('%s', async (_, imports) => {
    const { events, nest } = await startModules(imports());
    const failures: unknown[] = [];
    events.ofType('retrying', 'failed').subscribe((event) => failures.push(event));
    const { steps } = nest.get(Order);
    await until(() => steps.includes('handled'), 'the handler');
    expect(steps).toEqual(['bootstrapped', 'handled']);
    expect(failures).toEqual([]);
  });
});

class SlowJob implements Job {
  async execute(context: JobContext) {
    story.push('begun');
    const scheduler = context.get(JobScheduler);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await scheduler.scheduleNow(new NextJob());
    story.push('ended');
  }
}
class NextJob implements Job {
  execute() {
    story.push('next ran');
  }
}
class DeafJob implements Job {
  static reason: unknown;
  async execute(context: JobContext) {
    story.push('begun');
    context.signal.addEventListener('abort', () => {
      DeafJob.reason = context.signal.reason;
    });
    await new Promise(() => {});
  }
}

describe('at shutdown', () => {
  it('what runs ends first, and can still schedule, before any other module is destroyed', async () => {
    const { nest, scheduler, events } = await startApp(
      { scheduler: inProcessScheduler(), jobs: [SlowJob, NextJob], shutdownTimeout: '10s' },
      { imports: [SlowModule] },
    );
    const seen: string[] = [];
    events.all$.subscribe(({ type, name }) => seen.push(`${name} ${type}`));
    await scheduler.scheduleNow(new SlowJob());
    await until(() => story.includes('begun'), 'the job to begin');

    await nest.close();

    expect(story).toEqual(['begun', 'ended', 'destroyed']);
    expect(seen).toContain('SlowJob succeeded');
    expect(seen).toContain('NextJob scheduled');
  });

  it('what does not end within shutdownTimeout sees its signal abort, and goes back as scheduled', async () => {
    const { nest, scheduler } = await startApp({
      scheduler: inProcessScheduler(),
      jobs: [DeafJob],
      shutdownTimeout: 100,
    });
    const id = await scheduler.scheduleNow(new DeafJob());
    await until(() => story.includes('begun'), 'the job to begin');
    const began = Date.now();

    await nest.get(JobWorker).stop();

    expect(Date.now() - began).toBeGreaterThanOrEqual(99);
    expect(DeafJob.reason).toBeInstanceOf(WorkerStoppedError);
    expect(await scheduler.get(id)).toMatchObject({ state: 'scheduled', attempt: 0 });
  });
});

describe('JobWorker', () => {
  class NoteJob implements Job {
    execute() {
      story.push('noted');
    }
  }

  it('waits for start() with autoStart: false, stops with stop(), and starts again', async () => {
    const { nest, scheduler } = await startApp({
      scheduler: inProcessScheduler(),
      jobs: [NoteJob],
      worker: { autoStart: false },
    });
    const worker = nest.get(JobWorker);
    const id = await scheduler.scheduleNow(new NoteJob());
    expect(await scheduler.explain(id)).toMatchObject({ reason: 'no-worker' });
    expect(story).toEqual([]);

    await worker.start();
    await until(() => story.length === 1, 'the first run');
    await worker.stop();
    await scheduler.scheduleNow(new NoteJob());
    expect((await scheduler.counts()).scheduled).toBe(1);

    await worker.start();
    await until(() => story.length === 2, 'the second run');
  });

  it('does not start with worker: false', async () => {
    const { scheduler, nest } = await startApp({
      scheduler: inProcessScheduler(),
      jobs: [NoteJob],
      worker: false,
    });
    await scheduler.scheduleNow(new NoteJob());
    // Every turn that a running worker would have needed has passed when an unrelated entry of ours has been read.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(await scheduler.counts()).toMatchObject({ scheduled: 1, succeeded: 0 });
    expect(nest.get(JobEvents)).toBeDefined();
  });
});
