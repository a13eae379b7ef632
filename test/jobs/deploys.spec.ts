import { Injectable } from '@nestjs/common';
import { CommandHandler } from '@nestjs/cqrs';
import {
  CommandVersion,
  type Job,
  type JobContext,
  type JobEvent,
  JobSerializationError,
  JobVersion,
  JobWorker,
} from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorOf } from '../support/app.js';
import { recordLog } from '../support/log.js';
import { startVirtual } from '../support/virtual.js';

const ran: unknown[] = [];

class Ran implements Job {
  constructor() {
    ran.push('constructed');
  }
  execute({ name, version }: JobContext) {
    ran.push({ job: this, name, version });
  }
}
@JobVersion('Pay', 3, {
  aliases: ['Charge'],
  upgrade: {
    1: ({ euros }: { euros: number }) => ({ cents: euros * 100 }),
    2: async ({ cents }: { cents: unknown }) => {
      if (cents === 0) return null;
      if (cents === 100) return 'text';
      if (cents === -1) return undefined;
      if (cents === -2) return [{ cents }];
      if (cents === -3) return new Date(0);
      if (cents === -4) return Object.assign(Object.create(null) as object, { cents: 4n });
      if (typeof cents !== 'number' || Number.isNaN(cents)) throw new TypeError('no cents');
      return { cents: BigInt(cents), currency: 'EUR' };
    },
  },
})
class PayJob extends Ran {}

@JobVersion('Checked', 1, {
  schema: z.object({ items: z.array(z.object({ price: z.number() })) }).refine(({ items }) => {
    if (items[0]?.price === 666) throw new Error('in the schema');
    return items[0]?.price !== 7;
  }, 'not seven'),
})
class CheckedJob extends Ran {
  constructor(readonly items: unknown) {
    super();
  }
}

@CommandVersion('Ship', 2, {
  schema: z.object({ to: z.string() }),
  upgrade: { 1: (data) => ({ to: data.city }) },
})
class ShipCommand {
  constructor(readonly to: unknown) {}
}
@Injectable()
@CommandHandler(ShipCommand)
class ShipHandler {
  async execute(command: ShipCommand) {
    ran.push(command);
  }
}

const start = async () => {
  const app = await startVirtual({ jobs: [PayJob, CheckedJob] }, { providers: [ShipHandler] });
  const seen: JobEvent[] = [];
  app.events.all$.subscribe((event) => seen.push(event));
  ran.length = 0;
  const { scheduler } = app;
  /** Runs an entry that an earlier release stored. */
  const run = async (stored: { name: string; version: number; data: string; command?: object }) => {
    const about = { runAt: 0, scheduledAt: 0, queue: 'default', priority: 0, attempts: 1, metadata: {} };
    await scheduler['insert']([{ ...about, ...stored, id: 'old', onConflict: 'keep' } as never]);
    await scheduler.runDue();
    return (await scheduler.get('old'))!;
  };
  return { ...app, seen, run };
};
const data = (fields: unknown) => JSON.stringify({ json: fields });

describe('An entry of an earlier release', () => {
  it('is brought up step by step to the newest version, without a call of the constructor', async () => {
    const { run } = await start();
    expect(await run({ name: 'Pay', version: 1, data: data({ euros: 2 }) })).toMatchObject({
      state: 'succeeded',
      version: 1,
      data: { euros: 2 },
    });
    const job = Object.assign(Object.create(PayJob.prototype) as object, { cents: 200n, currency: 'EUR' });
    expect(ran).toStrictEqual([{ job, name: 'Pay', version: 3 }]);
  });

  it('may be of a later version already, or of an earlier name', async () => {
    const { run } = await start();
    await run({ name: 'Charge', version: 2, data: data({ cents: 5 }) });
    expect(ran).toMatchObject([{ job: { cents: 5n, currency: 'EUR' }, name: 'Pay' }]);
  });

  it('may be brought up to a record without a prototype', async () => {
    const { run } = await start();
    expect((await run({ name: 'Pay', version: 2, data: data({ cents: -4 }) })).state).toBe('succeeded');
    expect(ran).toMatchObject([{ job: { cents: 4n } }]);
  });

  it('may hold a command, which is brought up as well', async () => {
    const { run } = await start();
    const command = { name: 'Ship', version: 1 };
    const stored = {
      name: 'PublishCommand',
      version: 1,
      data: data({ ...command, data: { city: 'Rome' } }),
      command,
    };
    expect((await run(stored)).state).toBe('succeeded');
    expect(ran).toEqual([new ShipCommand('Rome')]);
    expect(ran[0]).toBeInstanceOf(ShipCommand);
  });
});

describe('An entry is parked, without an attempt, and says why,', () => {
  const checked = { name: 'Checked', version: 1 };
  const ship = { name: 'Ship', version: 2 };
  it.each([
    [
      'when an upgrader throws',
      { name: 'Pay', version: 1, data: data({ euros: 'two' }) },
      "'Pay' version 3: an upgrader refused the stored data: no cents.",
    ],
    [
      'when an upgrader gives no data',
      { name: 'Pay', version: 2, data: data({ cents: 0 }) },
      "'Pay' version 3: the stored data is no record of fields.",
    ],
    [
      'when an upgrader gives no record',
      { name: 'Pay', version: 2, data: data({ cents: 100 }) },
      "'Pay' version 3: the stored data is no record of fields.",
    ],
    ...[-1, -2, -3].map((cents): [string, { name: string; version: number; data: string }, string] => [
      `when an upgrader gives undefined, a list or a Date (${cents})`,
      { name: 'Pay', version: 2, data: data({ cents }) },
      "'Pay' version 3: the stored data is no record of fields.",
    ]),
    [
      'when its schema refuses the data',
      { ...checked, data: data({ items: [{ price: 1 }, { price: 'two' }] }) },
      "'Checked' version 1: its schema refuses the stored data at 'items[1].price'.",
    ],
    [
      'when its schema refuses the data as a whole',
      { ...checked, data: data({ items: [{ price: 7 }] }) },
      "'Checked' version 1: its schema refuses the stored data at ''.",
    ],
    [
      'when its schema throws',
      { ...checked, data: data({ items: [{ price: 666 }] }) },
      "'Checked' version 1: its schema threw: in the schema.",
    ],
    [
      'when its data cannot be read',
      { ...checked, data: 'not JSON' },
      "'Checked' version 1: the stored data cannot be read: Stored data cannot be read: it is not JSON",
    ],
    [
      'when its class is not known',
      { name: 'Refund', version: 4, data: data({}) },
      "No class here stands for 'Refund' version 4.",
    ],
    [
      "when its command's class is not known",
      {
        name: 'PublishCommand',
        version: 1,
        data: data({ name: 'Sell', version: 1, data: {} }),
        command: { name: 'Sell', version: 1 },
      },
      "No class here stands for 'Sell' version 1.",
    ],
    [
      "when its command's class is not known, and the store did not say so",
      { name: 'PublishCommand', version: 1, data: data({ name: 'Sell', version: 1, data: {} }) },
      "No class here stands for the command 'Sell' version 1, nor can it be upgraded.",
    ],
    [
      "when its command's schema refuses the data",
      { name: 'PublishCommand', version: 1, data: data({ ...ship, data: { to: 7 } }), command: ship },
      "'Ship' version 2: its schema refuses the stored data at 'to'.",
    ],
    [
      'when it names no command',
      { name: 'PublishCommand', version: 1, data: data({ version: 1, data: {} }) },
      'The stored data of a PublishCommand name no command.',
    ],
    [
      'when it names no version of its command',
      { name: 'PublishCommand', version: 1, data: data({ name: 'Ship', data: {} }) },
      'The stored data of a PublishCommand name no command.',
    ],
    [
      'when it holds nothing',
      { name: 'PublishCommand', version: 1, data: data(null) },
      'The stored data of a PublishCommand name no command.',
    ],
  ])('%s', async (_, stored, why) => {
    const { scheduler, run, seen } = await start();
    const log = recordLog();
    expect(await run(stored)).toMatchObject({ state: 'parked', attempt: 0 });
    expect((await scheduler.explain('old')).text).toBe(
      `It is parked: ${why} It runs by itself once a process can take it.`,
    );
    expect(scheduler['store'].find({ id: 'old' })!.parked!.reason).toBe(
      why.startsWith('No class') ? 'unknown' : 'refused',
    );
    expect(ran).toEqual([]);
    const { name, version } = 'command' in stored && stored.command ? stored.command : stored;
    expect(log).toEqual([`warn: ${name} v${version} (old) is parked: ${why}`]);
    expect(seen.map(({ type, attempt }) => [type, attempt])).toEqual([['parked', 0]]);
  });

  it('with its data as it lies in the store where it cannot be read', async () => {
    const { run } = await start();
    expect((await run({ name: 'Pay', version: 3, data: 'not JSON' })).data).toBe('not JSON');
  });

  it('until a worker starts that can take it', async () => {
    const { run, nest, scheduler } = await start();
    class RefundJob extends Ran {}
    await run({ name: 'RefundJob', version: 1, data: data({ order: 1 }) });
    const worker = nest.get(JobWorker);
    await worker.stop();
    await worker.start();
    await scheduler.runDue();
    expect((await scheduler.get('old'))!.state).toBe('parked');
    await worker.stop();
    scheduler['core'].mapper['definitions'].register([RefundJob]);
    await worker.start();
    await scheduler.runDue();
    expect(ran).toMatchObject([{ job: { order: 1 }, name: 'RefundJob' }]);
  });
});

describe('An entry whose data were refused', () => {
  it('is tried again when a worker starts', async () => {
    const { run, nest, scheduler } = await start();
    let accepts = false;
    class PickyJob extends Ran {}
    JobVersion('Picky', 2, {
      upgrade: {
        1: (fields: unknown) => {
          if (!accepts) throw new Error('not yet');
          return fields;
        },
      },
    })(PickyJob);
    scheduler['core'].mapper['definitions'].register([PickyJob]);
    expect((await run({ name: 'Picky', version: 1, data: data({ a: 1 }) })).state).toBe('parked');
    accepts = true;
    const worker = nest.get(JobWorker);
    await worker.stop();
    await worker.start();
    await scheduler.runDue();
    expect(ran).toMatchObject([{ job: { a: 1 } }]);
  });
});

describe('A job that the mapper does not know', () => {
  it('cannot be made, and the mapper says so to whoever asks', async () => {
    const { scheduler } = await start();
    const { mapper } = scheduler['core'];
    const error = await errorOf(() => mapper.fromStored({ name: 'Nope', version: 3, data: data({}) }));
    expect(error).toMatchObject({
      name: 'UnrunnableJobError',
      reason: 'unknown',
      message: "No class here stands for 'Nope' version 3, nor can it be upgraded.",
    });
    const unreadable = await errorOf(() => mapper.fromStored({ name: 'Pay', version: 3, data: 'no JSON' }));
    expect(unreadable).toMatchObject({ reason: 'refused', cause: expect.any(Error) });
  });
});

describe('Data that a schema refuses', () => {
  it.each([
    [
      'items[1].price',
      new CheckedJob([{ price: 1 }, { price: 'two' }]),
      /^CheckedJob\.items\[1\]\.price is refused by its schema: /,
    ],
    ['', new CheckedJob([{ price: 7 }]), /^CheckedJob is refused by its schema: not seven$/],
  ])('are not scheduled: %s', async (path, job, message) => {
    const { scheduler } = await start();
    const error = (await errorOf(() => scheduler.scheduleNow(job))) as JobSerializationError;
    expect(error).toBeInstanceOf(JobSerializationError);
    expect(error.path).toBe(path);
    expect(error.message).toMatch(message);
    expect(scheduler.pending).toEqual([]);
  });

  it('are not scheduled in a command', async () => {
    const { commands } = await start();
    const error = (await errorOf(() => commands.scheduleNow(new ShipCommand(7)))) as JobSerializationError;
    expect(error).toBeInstanceOf(JobSerializationError);
    expect(error.path).toBe('to');
    await commands.scheduleNow(new ShipCommand('Rome'));
  });

  it('may lie at a path of objects, as the standard allows', async () => {
    const schema = (path: unknown) => ({
      '~standard': { version: 1, vendor: 'own', validate: () => ({ issues: [{ message: 'no', path }] }) },
    });
    for (const [path, told] of [
      [[{ key: 'items' }, { key: 2 }, 'price'], 'items[2].price'],
      [[0, Symbol('s')], '[0].Symbol(s)'],
      [['a', null], 'a.null'],
      [undefined, ''],
    ] as const) {
      @JobVersion('Own', 1, { schema: schema(path) })
      class OwnJob extends Ran {}
      const { scheduler } = await startVirtual({ jobs: [OwnJob] });
      const error = await errorOf(() => scheduler.scheduleNow(new OwnJob()));
      expect((error as JobSerializationError).path).toBe(told);
    }
  });
});

describe('A job that is a built-in collection', () => {
  class ListJob extends Array<string> implements Job {
    execute() {}
  }
  class MapJob extends Map<string, string> implements Job {
    execute() {}
  }

  it.each([new ListJob(), new MapJob()])('is refused, since no field shows its data: %o', async (job) => {
    const { scheduler } = await startVirtual({ jobs: [ListJob, MapJob] as never });
    const error = (await errorOf(() => scheduler.scheduleNow(job))) as JobSerializationError;
    expect(error).toBeInstanceOf(JobSerializationError);
    expect(error.path).toBe('');
    expect(error.message).toBe(
      `${job.constructor.name} keeps its data where no field shows it, as a Map or an Array does: hold that in a ` +
        'field instead.',
    );
  });
});

describe('A job or command with #private members', () => {
  class SecretJob extends Ran {
    #secret = 1;
    get secret() {
      return this.#secret;
    }
  }

  it('is refused, since no copy could have them', async () => {
    const { scheduler } = await startVirtual({ jobs: [SecretJob] });
    const error = (await errorOf(() => scheduler.scheduleNow(new SecretJob()))) as JobSerializationError;
    expect(error).toBeInstanceOf(JobSerializationError);
    expect(error.path).toBe('');
    expect(error.message).toBe(
      "SecretJob has #private members, which no copy of it could have: use TypeScript's `private` instead.",
    );
  });
});
