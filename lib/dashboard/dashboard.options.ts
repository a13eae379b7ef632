import type { CanActivate, InjectionToken, ModuleMetadata, Type } from '@nestjs/common';
import type { JobEntry } from '../scheduling/job-entry.js';

/**
 * What the dashboard shows, and lets be done.
 *
 * @publicApi
 */
export interface JobsDashboardViewOptions {
  /**
   * Shows the data and the metadata of entries. What their attempts threw is shown either way, and an error's message
   * may tell of the data: hide that by {@link JobsDashboardViewOptions.redact}.
   * @default false
   */
  payloads?: boolean;
  /**
   * Each entry on its way to the page: give it back, or a copy in which something is hidden. It is called whether
   * `payloads` are shown or not, since keys and error messages always are. Where it throws, or gives
   * nothing back, the entry is shown without its key, data, metadata, notes and errors.
   */
  redact?: (entry: JobEntry) => JobEntry;
  /** Shows everything, changes nothing. @default false */
  readOnly?: boolean;
}

interface JobsDashboardPlace {
  /** Where it lies, below the app's global prefix. @default '/jobs' */
  path?: string;
  /**
   * In front of everything: pages, what belongs to them, the JSON interface and its events. Classes, which Nest makes in
   * the dashboard's module, or instances. Without one the app does not start where `NODE_ENV` is `production`.
   */
  guards?: (Type<CanActivate> | CanActivate)[];
  /** Modules that export what the guards inject. */
  imports?: ModuleMetadata['imports'];
}

/**
 * What `JobsDashboardModule.forRoot()` takes.
 *
 * @publicApi
 */
export interface JobsDashboardModuleOptions extends JobsDashboardPlace, JobsDashboardViewOptions {}

/**
 * What `JobsDashboardModule.forRootAsync()` takes: where it lies and who guards it is said at once, the rest by a
 * factory.
 *
 * @publicApi
 */
export interface JobsDashboardModuleAsyncOptions extends JobsDashboardPlace {
  inject?: InjectionToken[];
  useFactory: (...args: any[]) => JobsDashboardViewOptions | Promise<JobsDashboardViewOptions>;
}

export const DEFAULT_PATH = '/jobs';

/** The {@link JobsDashboardViewOptions} of this dashboard. */
export const DASHBOARD_OPTIONS = Symbol('JOBS_DASHBOARD_OPTIONS');
