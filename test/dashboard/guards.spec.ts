import { type CanActivate, type ExecutionContext, Injectable, Module } from '@nestjs/common';
import { UnguardedDashboardError } from 'nestjs-eventflow-jobs/dashboard';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { errorOf } from '../support/app.js';
import { recordLog } from '../support/log.js';
import { PLATFORMS, type TestDashboard, startDashboard } from './support/dashboard.js';

@Injectable()
class Passwords {
  isRight = (word: unknown) => word === 'sesame';
}

@Module({ providers: [Passwords], exports: [Passwords] })
class PasswordsModule {}

@Injectable()
class PasswordGuard implements CanActivate {
  constructor(private readonly passwords: Passwords) {}
  canActivate(context: ExecutionContext) {
    return this.passwords.isRight(context.switchToHttp().getRequest().headers.password);
  }
}

const UI = { 'index.html': '<!doctype html>', 'icon.svg': '<svg/>', 'assets/a-1.js': 'start()' };
const READS = [
  '',
  '/',
  '/icon.svg',
  '/assets/a-1.js',
  '/missing',
  '/api/overview',
  '/api/entries',
  '/api/entries/x',
];
const MORE_READS = [
  '/api/search?q=x',
  '/api/recurring',
  '/api/queues',
  '/api/workers',
  '/api/definitions',
  '/api/events',
];
const WRITES = ['/api/entries/actions', '/api/recurring/actions', '/api/queues/actions'];

async function statuses({ get, post }: TestDashboard, headers: Record<string, string>): Promise<number[]> {
  return [
    ...(await Promise.all([...READS, ...MORE_READS].map(async (path) => (await get(path, headers)).status))),
    ...(await Promise.all(WRITES.map(async (path) => (await post(path, {}, headers)).status))),
  ];
}

describe.each(PLATFORMS)('guards of the dashboard, on %s', (platform) => {
  it('stand in front of everything, and are made by Nest', async () => {
    const dashboard = await startDashboard({
      platform,
      ui: UI,
      dashboard: { guards: [PasswordGuard], imports: [PasswordsModule] },
    });
    expect(new Set(await statuses(dashboard, {}))).toEqual(new Set([403]));
    const known = { password: 'sesame' };
    expect((await dashboard.get('/', known)).body).toBe(UI['index.html']);
    expect((await dashboard.get('/api/overview', known)).status).toBe(200);
    expect((await dashboard.post('/api/queues/actions', { action: 'pause' }, known)).body).toEqual({
      done: true,
    });
  });

  it('may be instances, and have to agree', async () => {
    const dashboard = await startDashboard({
      platform,
      ui: UI,
      dashboard: { guards: [{ canActivate: () => true }, { canActivate: async () => false }] },
    });
    expect(new Set(await statuses(dashboard, {}))).toEqual(new Set([403]));
  });

  it('of one dashboard are not those of another', async () => {
    const { JobsDashboardModule } = await import('nestjs-eventflow-jobs/dashboard');
    const { get, nest } = await startDashboard({
      platform,
      ui: UI,
      dashboard: { guards: [{ canActivate: () => false }] },
      metadata: {
        imports: [
          JobsDashboardModule.forRoot({
            path: '/open',
            readOnly: true,
            guards: [{ canActivate: () => true }],
          }),
        ],
      },
    });
    expect((await get('/api/overview')).status).toBe(403);
    const open = await fetch(`${await nest.getUrl()}/open/api/overview`);
    expect(await open.json()).toMatchObject({ readOnly: true });
  });
});

describe('a dashboard without a guard', () => {
  const inEnvironment = (name: string) => {
    vi.stubEnv('NODE_ENV', name);
    onTestFinished(() => void vi.unstubAllEnvs());
  };

  it('keeps the app from starting in production', async () => {
    inEnvironment('production');
    const error = await errorOf(() => startDashboard({ dashboard: { path: '/backstage/jobs' } }));
    expect(error).toBeInstanceOf(UnguardedDashboardError);
    expect(error.message).toBe(
      'JobsDashboardModule at /backstage/jobs has no guard: whoever reaches the app could see, cancel and run its jobs. ' +
        'Name the guards of your administrators in `guards` of JobsDashboardModule.forRoot(), global ones too. The app ' +
        'does not start so where NODE_ENV is production.',
    );
    expect((await errorOf(() => startDashboard({ dashboard: { guards: [] } }))).name).toBe(
      'UnguardedDashboardError',
    );
    await startDashboard({ dashboard: { guards: [{ canActivate: () => true }] } });
  });

  it('is warned of elsewhere, once', async () => {
    inEnvironment('development');
    const log = recordLog();
    const { get } = await startDashboard();
    await get('/api/overview');
    const warnings = log.filter((line) => line.includes('has no guard'));
    expect(warnings).toEqual([expect.stringMatching(/^warn: JobsDashboardModule at \/jobs has no guard/)]);
    await startDashboard({ dashboard: { guards: [{ canActivate: () => true }] } });
    expect(log.filter((line) => line.includes('has no guard'))).toEqual(warnings);
  });
});
