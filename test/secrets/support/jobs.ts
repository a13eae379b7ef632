import { DiscardJobError, type Job, JobVersion, SnoozeJobError } from 'nestjs-eventflow-jobs';
import { SECRETS } from './planted.js';

type Ending = 'well' | 'throws' | 'discards' | 'snoozes' | 'hangs';

@JobVersion('Secret', 1)
export class SecretJob implements Job {
  readonly token = SECRETS.token;
  readonly note = { deep: [SECRETS.payload] };
  extra: unknown;
  private tried = 0;

  constructor(readonly ending: Ending) {}

  async execute(): Promise<void> {
    this.tried += 1;
    if (this.ending === 'discards') throw new DiscardJobError('not wanted any more');
    if (this.ending === 'snoozes') throw new SnoozeJobError('1h');
    if (this.ending === 'hangs') await new Promise(() => {});
    if (this.ending === 'throws')
      // As the errors of HTTP clients are.
      throw Object.assign(new Error('the mail server is down', { cause: new Error(this.token) }), {
        config: { headers: { authorization: this.token } },
        request: this,
      });
  }
}

export class SecretCommand {
  readonly token = SECRETS.token;
  constructor(readonly payload: string) {}
}

@JobVersion('Grown', 1)
export class SmallJob implements Job {
  constructor(readonly token: string) {}
  execute(): void {}
}

/** What the parser says quotes what it was given. */
@JobVersion('Grown', 2, { upgrade: { 1: ({ token }: SmallJob) => JSON.parse(token) as unknown } })
export class GrownJob implements Job {
  execute(): void {}
}

const standard = (validate: (value: any) => unknown) => ({
  '~standard': { version: 1, vendor: 'test', validate },
});
/** As valibot and arktype say it. */
const received = (value: { token: string }) => ({
  issues: [{ message: `Invalid type: Expected number but received "${value.token}"`, path: ['token'] }],
});

@JobVersion('Refused', 1, { schema: standard(received) })
export class RefusedJob extends SmallJob {}

@JobVersion('Thrown', 1, {
  schema: standard(({ token }: SmallJob) => {
    throw new TypeError(`Cannot convert ${token} to a BigInt`, { cause: token });
  }),
})
export class ThrownJob extends SmallJob {}

const asked = new Set<unknown>();
/** Takes it when it is scheduled, and no more when it is run. */
const secondTime = (refuse: (value: any) => unknown) => {
  return standard((value) => {
    if (asked.delete(refuse)) return refuse(value);
    asked.add(refuse);
    return { value };
  });
};

@JobVersion('RefusedLater', 1, { schema: secondTime(received) })
export class RefusedLaterJob extends SmallJob {}

@JobVersion('ThrownLater', 1, {
  schema: secondTime(({ token }: SmallJob) => {
    throw new Error(`no such token: ${token}`);
  }),
})
export class ThrownLaterJob extends SmallJob {}
