import { Injectable, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { JobWorker } from './job-worker.js';

/** Below every distance that Nest gives: its hooks run last at start and first at shutdown. */
const BEYOND_ALL = -1;

@Injectable()
class WorkerLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly worker: JobWorker) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.worker.onStarted();
  }

  async onModuleDestroy(): Promise<void> {
    await this.worker.stop();
  }
}

/**
 * Starts the worker after every other module's bootstrap, and stops it before any other module is destroyed, whatever
 * the order of imports. CqrsModule registers its handlers in its own bootstrap, and global modules run in the order of
 * their import: a worker started with ours would meet due commands without handlers. Nest has no public way to ask for
 * the last place; it sorts modules by `distance`.
 */
@Module({ providers: [WorkerLifecycle] })
export class WorkerModule {
  constructor(modules: ModulesContainer) {
    for (const module of modules.values()) {
      if (module.metatype === WorkerModule) module.distance = BEYOND_ALL;
    }
  }
}
