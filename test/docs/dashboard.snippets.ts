// The code blocks of docs/dashboard.md: each region stands there word for word, and dashboard.spec.ts runs them.
import { type CanActivate, type ExecutionContext, Injectable, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { EventFlowJobsModule, type Job, JobVersion, inProcessScheduler } from 'nestjs-eventflow-jobs';
import { JobsDashboardModule } from 'nestjs-eventflow-jobs/dashboard';

@Injectable()
export class Users {
  isAdmin(cookie: string | undefined): boolean {
    return cookie === 'session=admin';
  }
}

@Module({ providers: [Users], exports: [Users] })
export class UsersModule {}

@Injectable()
export class Settings {
  readonly showsPayloads = true;
  readonly isReplica = true;
}

@Module({ providers: [Settings], exports: [Settings] })
export class SettingsModule {}

@JobVersion('ChargeCard', 1)
export class ChargeCardJob implements Job {
  constructor(
    readonly orderId: string,
    readonly cardNumber: string,
  ) {}
  execute() {
    throw new Error(`The bank refused ${this.cardNumber}`);
  }
}

// #region guard
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(private readonly users: Users) {}

  canActivate(context: ExecutionContext) {
    const { headers } = context.switchToHttp().getRequest();
    return this.users.isAdmin(headers.cookie);
  }
}
// #endregion

// #region module
@Module({
  imports: [
    CqrsModule.forRoot(),
    EventFlowJobsModule.forRoot({ jobs: [ChargeCardJob], scheduler: inProcessScheduler() }),
    JobsDashboardModule.forRoot({ path: '/jobs', guards: [AdminGuard], imports: [UsersModule] }),
  ],
})
export class AppModule {}
// #endregion

export const [redacted, ofSettings] = [
  // #region redact
  JobsDashboardModule.forRoot({
    guards: [AdminGuard],
    imports: [UsersModule],
    payloads: true,
    redact(entry) {
      if (entry.name !== 'ChargeCard') return entry;
      const hidden = { ...(entry.data as object), cardNumber: '…' };
      return { ...entry, data: hidden, lastError: undefined, failures: undefined };
    },
  }),
  // #endregion
  // #region async
  JobsDashboardModule.forRootAsync({
    path: '/jobs',
    guards: [AdminGuard],
    imports: [UsersModule, SettingsModule],
    inject: [Settings],
    useFactory: (settings: Settings) => ({
      payloads: settings.showsPayloads,
      readOnly: settings.isReplica,
    }),
  }),
  // #endregion
] as const;

// #region retry
export async function retryAllThatFailed(dashboard: string, cookie: string) {
  const answer = await fetch(`${dashboard}/api/entries?state=failed&limit=500`, { headers: { cookie } });
  const { entries } = (await answer.json()) as { entries: { id: string }[] };
  const retried = await fetch(`${dashboard}/api/entries/actions`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', 'x-eventflow-jobs': '1' },
    body: JSON.stringify({ action: 'retry', ids: entries.map(({ id }) => id) }),
  });
  return ((await retried.json()) as { results: { id: string; done: boolean }[] }).results;
}
// #endregion
