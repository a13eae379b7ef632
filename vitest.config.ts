import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

// The tests and the sample app import the library by its published name, so that they read like a user's code.
export const library = [
  { find: /^nestjs-eventflow-jobs$/, replacement: path('./lib/index.ts') },
  { find: /^nestjs-eventflow-jobs\/sqlite$/, replacement: path('./lib/schedulers/local/sqlite/index.ts') },
  { find: /^nestjs-eventflow-jobs\/pg-boss$/, replacement: path('./lib/schedulers/pg-boss/index.ts') },
  { find: /^nestjs-eventflow-jobs\/bullmq$/, replacement: path('./lib/schedulers/bullmq/index.ts') },
  { find: /^nestjs-eventflow-jobs\/opentelemetry$/, replacement: path('./lib/opentelemetry/index.ts') },
  { find: /^nestjs-eventflow-jobs\/dashboard$/, replacement: path('./lib/dashboard/index.ts') },
  { find: /^nestjs-eventflow-jobs\/testing$/, replacement: path('./lib/testing/index.ts') },
];
const nest11 = {
  find: /^@nestjs\/([a-z-]+)$/,
  replacement: `${path('./tools/nest-11/node_modules/@nestjs')}/$1`,
};
const onItsOwnClock = 'sample-app/test/virtual-time.spec.ts';
// What becomes of an order and its deadline when one of them fails depends on whether they share a transaction.
const ofOneTransaction = 'sample-app/test/one-transaction.spec.ts';
const ofSeparateStores = 'sample-app/test/separate-stores*.spec.ts';
const inABrowser = 'test/browser/**/*.spec.ts';
const ofThePackage = 'test/package/**/*.spec.ts';
const ofTelemetry = 'test/opentelemetry/**/*.spec.ts';
export const shared = {
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    setupFiles: ['reflect-metadata', path('./test/support/quiet.ts')],
    testTimeout: 20_000,
    // One process runs many files: to load Nest and the library for each took a third of all processor time.
    isolate: false,
  },
};

export default defineConfig({
  test: {
    globalSetup: ['postgres', 'redis', 'compiled'].map((what) => path(`./test/support/${what}.setup.ts`)),
    // Most specs wait for servers and times more than they work: on two cores as well, two go side by side.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...shared,
        resolve: { alias: library },
        test: {
          ...shared.test,
          name: 'nest-12',
          include: ['test/**/*.spec.ts', 'sample-app/**/*.spec.ts'],
          exclude: [ofSeparateStores, inABrowser, ofThePackage, ofTelemetry],
        },
      },
      {
        // OpenTelemetry is set up once for a process, and cannot be taken down.
        ...shared,
        resolve: { alias: library },
        test: { ...shared.test, name: 'telemetry', include: [ofTelemetry], isolate: true },
      },
      {
        // What npm would publish, installed as users install it.
        ...shared,
        test: {
          ...shared.test,
          name: 'package',
          include: [ofThePackage],
          globalSetup: [path('./test/package/support/package.setup.ts')],
          testTimeout: 60_000,
        },
      },
      {
        // The sample app once more, on the other database that it runs on.
        ...shared,
        resolve: { alias: library },
        test: {
          ...shared.test,
          name: 'postgres',
          include: ['sample-app/**/*.spec.ts'],
          exclude: [onItsOwnClock, ofSeparateStores],
          provide: { storage: 'postgres' },
        },
      },
      {
        // And with the orders in a file, and what is scheduled in Redis.
        ...shared,
        resolve: { alias: library },
        test: {
          ...shared.test,
          name: 'redis',
          include: ['sample-app/**/*.spec.ts'],
          exclude: [onItsOwnClock, ofOneTransaction],
          provide: { scheduler: 'redis' },
        },
      },
      {
        ...shared,
        resolve: { alias: library },
        test: {
          ...shared.test,
          name: 'browser',
          include: [inABrowser],
          globalSetup: [path('./test/browser/support/pages.setup.ts')],
          testTimeout: 60_000,
        },
      },
      {
        ...shared,
        resolve: { alias: [...library, nest11] },
        test: { ...shared.test, name: 'nest-11', include: ['test/e2e/**/*.spec.ts'] },
      },
    ],
  },
});
