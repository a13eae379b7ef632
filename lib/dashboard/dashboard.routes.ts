import { type CanActivate, Controller, type Type, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { EntriesController } from './entries.controller.js';
import { LiveController } from './live.controller.js';
import { PagesController } from './pages.controller.js';
import { RecurringController } from './recurring.controller.js';
import { openSlash, slashController } from './slash.controller.js';
import { WorkersController } from './workers.controller.js';

const CONTROLLERS: readonly Type[] = [
  LiveController,
  EntriesController,
  RecurringController,
  WorkersController,
  PagesController,
];

/** Where one dashboard lies. Nest reads place and guards from a controller's class: each dashboard has classes of its own. */
export class DashboardRoutes {
  readonly controllers: Type[];
  private readonly slash = slashController();

  constructor(path: string, guards: (Type<CanActivate> | CanActivate)[]) {
    const all = [...CONTROLLERS, ...(path === '/' ? [] : [this.slash])];
    this.controllers = all.map((controller) => {
      const here = class extends controller {};
      Object.defineProperty(here, 'name', { value: `JobsDashboard${controller.name}` });
      Controller({ path, version: VERSION_NEUTRAL })(here);
      if (guards.length > 0) UseGuards(...guards)(here);
      return here;
    });
  }

  /** The app's platform is known, and Nest has not read the routes yet. */
  prepare(adapter: AbstractHttpAdapter | undefined): void {
    openSlash(this.slash, adapter);
  }
}
