/**
 * The layers of lib/. Core (jobs, commands, serialization, scheduling, worker, engine, health) knows no scheduler; a scheduler knows core
 * and its own driver; index.ts is public and nothing in lib/ imports it.
 * Imports of types count as well: they hold the layers together just the same, and stand in the published .d.ts files.
 */
const CORE = '^lib/(jobs|commands|serialization|scheduling|worker|engine|health|[^/]+\\.ts$)';
const BASE_ERROR = '^lib/eventflow-jobs\\.error\\.ts$';

const DRIVERS = [
  { driver: '^(node:)?sqlite$', belongsIn: '^lib/schedulers/local/sqlite' },
  { driver: '^node_modules/(pg|pg-boss)/', belongsIn: '^lib/schedulers/pg-boss/' },
  { driver: '^node_modules/(bullmq|ioredis)/', belongsIn: '^lib/schedulers/bullmq/' },
  { driver: '^node_modules/@opentelemetry/', belongsIn: '^lib/opentelemetry/api\\.ts$' },
];

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Move what both need into a file of its own.',
      severity: 'error',
      from: { path: '^lib' },
      to: { circular: true },
    },
    {
      name: 'core-knows-no-scheduler',
      comment: 'Core speaks to schedulers through the interfaces in lib/scheduling.',
      severity: 'error',
      from: { path: CORE, pathNot: '^lib/(index|scheduler\\.factory)\\.ts$' },
      to: { path: '^lib/(schedulers|testing|dashboard|opentelemetry)/' },
    },
    {
      name: 'schedulers-do-not-know-each-other',
      comment: 'What two schedulers need belongs in core.',
      severity: 'error',
      from: { path: '^lib/schedulers/([^/]+)/' },
      to: { path: '^lib/schedulers/', pathNot: '^lib/schedulers/$1/' },
    },
    {
      name: 'schedulers-know-only-core',
      severity: 'error',
      from: { path: '^lib/schedulers/' },
      to: { path: '^lib/', pathNot: ['^lib/schedulers/', CORE] },
    },
    {
      name: 'testing-knows-only-core-and-the-local-scheduler',
      comment: 'The test scheduler is the local engine with a virtual clock.',
      severity: 'error',
      from: { path: '^lib/testing/' },
      to: { path: '^lib/(schedulers|dashboard|opentelemetry)/', pathNot: '^lib/schedulers/local/' },
    },
    {
      name: 'dashboard-and-opentelemetry-know-only-core',
      severity: 'error',
      from: { path: '^lib/(dashboard|opentelemetry)/' },
      to: { path: '^lib/(schedulers|testing|dashboard|opentelemetry)/', pathNot: '^lib/$1/' },
    },
    {
      name: 'serialization-stands-alone',
      severity: 'error',
      from: { path: '^lib/serialization/' },
      to: { path: '^lib/', pathNot: ['^lib/serialization/', BASE_ERROR] },
    },
    {
      name: 'jobs-know-no-commands',
      comment: 'A command is stored as a job; a job knows nothing of commands.',
      severity: 'error',
      from: { path: '^lib/jobs/' },
      to: { path: '^lib/commands/' },
    },
    {
      name: 'nothing-imports-the-public-face',
      comment: 'Import the file that defines the thing. The conformance kit builds apps, as users do.',
      severity: 'error',
      from: { path: '^lib', pathNot: '^lib/(cli/|(index|testing/conformance/lab)\\.ts$)' },
      to: { path: '^lib/(index|testing/index|eventflow-jobs\\.module)\\.ts$' },
    },
    {
      name: 'nothing-imports-the-command-line',
      comment: 'The commands of the package may use all of it; nothing of it is theirs.',
      severity: 'error',
      from: { path: '^lib', pathNot: '^lib/cli/' },
      to: { path: '^lib/cli/' },
    },
    {
      name: 'lib-stands-alone',
      comment: 'The package holds lib/ only.',
      severity: 'error',
      from: { path: '^lib' },
      to: { path: '^(test|sample-app|bench|chaos|scripts|dist)/' },
    },
    {
      name: 'users-have-no-dev-dependencies',
      comment: 'Users of the package do not have it: make it a dependency or a peer, or do without.',
      severity: 'error',
      from: { path: '^lib' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer'],
      },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^lib' },
      to: { couldNotResolve: true },
    },
    ...DRIVERS.map(({ driver, belongsIn }) => ({
      name: 'drivers-stay-where-they-belong',
      comment: 'A driver is an optional peer: it may not be installed.',
      severity: 'error',
      from: { path: '^lib', pathNot: belongsIn },
      to: { path: driver },
    })),
    {
      name: 'no-driver-behind-the-main-entry',
      comment: 'Whoever imports the package itself, or its testing entry, need have no driver.',
      severity: 'error',
      from: { path: '^lib/(index|testing/index)\\.ts$' },
      to: { path: DRIVERS.map(({ driver }) => driver), reachable: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      conditionNames: ['types', 'import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
