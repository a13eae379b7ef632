import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { HttpClient } from './http.client.js';
import { recordOf } from './output.js';
import type { Storage } from './storage.js';

/** The app in a process of its own. */
export class OrderProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly http: HttpClient,
  ) {}

  /** Resolves once it listens. It ends with the test, at the latest. */
  static async start(
    main: string,
    { config, redis }: Pick<Storage, 'config' | 'redis'>,
    paymentTerm: string,
  ): Promise<OrderProcess> {
    const child = spawn(process.execPath, [main], {
      env: {
        ...process.env,
        DATABASE_URL: config.url ?? '',
        ORDERS_DB: config.file,
        REDIS_URL: redis.url ?? '',
        REDIS_PREFIX: redis.prefix,
        PAYMENT_TERM: paymentTerm,
        PORT: '0',
        DEMO: 'off',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => kill(child));
    const output = recordOf(child);
    const address = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', () => {
        const listening = /Listening on (http:\/\/localhost:\d+)\D/.exec(output.text);
        if (listening) resolve(listening[1]!);
      });
      child.once('close', () => reject(new Error(`The app ended before it listened:\n${output.text}`)));
    });
    return new OrderProcess(child, new HttpClient(address));
  }

  /** `kill -9`. */
  kill(): Promise<void> {
    return kill(this.child);
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}
