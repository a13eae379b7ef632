import { TestJobScheduler, jobSchedulerConformance } from 'nestjs-eventflow-jobs/testing';
import { describe, expect, it } from 'vitest';

type Entries = Parameters<TestJobScheduler['insert']>[0];
type Entry = Entries[number];

/** A scheduler that does something to entries on their way into the store. */
const tampering = (tamper: (entry: Entry, index: number) => Entry[]) =>
  class extends TestJobScheduler {
    private count = 0;
    protected override async insert(entries: Entries, transaction?: unknown) {
      const results = [];
      for (const entry of entries) {
        const [own, ...more] = tamper(entry, this.count++);
        if (own) results.push(...(await super.insert([own], transaction)));
        else results.push({ id: entry.id, inserted: true });
        if (more.length > 0) await super.insert(more, transaction);
      }
      return results;
    }
  };

const faults: [string, typeof TestJobScheduler, RegExp][] = [
  [
    'runs everything at once, and tells the right time',
    tampering((entry) => [{ ...entry, runAt: entry.scheduledAt }]),
    /delayed job runs not before its time/,
  ],
  [
    'runs 150 ms early',
    tampering((entry) => [{ ...entry, runAt: Math.max(entry.scheduledAt, entry.runAt - 150) }]),
    /delayed command runs not before its time/,
  ],
  [
    'runs five seconds late',
    tampering((entry) => [{ ...entry, runAt: entry.runAt + 5_000 }]),
    /delayed job runs not before its time/,
  ],
  [
    'loses one entry in a hundred',
    tampering((entry, i) => (i % 100 === 99 ? [] : [entry])),
    /each of many entries runs once/,
  ],
  [
    'runs one entry in a hundred twice',
    tampering((entry, i) => (i % 100 === 99 ? [entry, { ...entry, id: `${entry.id}-2` }] : [entry])),
    /each of many entries runs once/,
  ],
  ['ignores the key', tampering(({ key: _, ...entry }) => [entry]), /one pending entry a key/],
  [
    'treats replace as keep',
    tampering((entry) => [{ ...entry, onConflict: 'keep' }]),
    /replace: the entry that stands is cancelled/,
  ],
  ['keeps a key until the end of the entry', heldKeys(), /an entry that has begun no longer holds its key/],
  [
    'changes a Date',
    tampering((entry) => [{ ...entry, data: entry.data.replace('00.123Z', '00.000Z') }]),
    /what comes back in a job is what went in/,
  ],
  [
    'turns a Date into text',
    tampering((entry) => [{ ...entry, data: entry.data.replaceAll('["Date"]', '[]') }]),
    /what comes back in a command is what went in/,
  ],
  [
    'forgets the retry',
    tampering((entry) => [{ ...entry, attempts: 1 }]),
    /a failing job is retried as often as its policy says/,
  ],
  [
    "ignores the call's backoff",
    tampering(({ policy: _, ...entry }) => [entry]),
    /exponential backoff doubles/,
  ],
  [
    'takes lower priority first',
    tampering((entry) => [{ ...entry, priority: -entry.priority }]),
    /higher priority runs first/,
  ],
  ['ignores queues', tampering((entry) => [{ ...entry, queue: 'default' }]), /a queue with slots of its own/],
  [
    'forgets the metadata',
    tampering((entry) => [{ ...entry, metadata: {} }]),
    /get tells an entry as it was scheduled/,
  ],
  ['says that it cancelled, and does not', deafToCancel(), /a cancelled entry does not run/],
  ['stores half of many', halfOfMany(), /scheduleMany with a taken key stores none/],
  ['ticks once more', doubleTicks(), /a recurring job runs once a tick/],
];

function heldKeys() {
  return class extends TestJobScheduler {
    private readonly held = new Map<string, string>();
    protected override async insert(entries: Entries) {
      const results = [];
      for (const entry of entries) {
        const holder = entry.key && (await this.findEntry({ id: this.held.get(entry.key) ?? '' }));
        if (holder && holder.state !== 'succeeded' && holder.state !== 'cancelled') {
          results.push({ id: holder.id, inserted: false });
        } else {
          if (entry.key) this.held.set(entry.key, entry.id);
          results.push(...(await super.insert([entry])));
        }
      }
      return results;
    }
  };
}

function deafToCancel() {
  return class extends TestJobScheduler {
    protected override async cancelEntry() {
      return true;
    }
  };
}

function halfOfMany() {
  return class extends TestJobScheduler {
    protected override async insert(entries: Entries) {
      const results = [];
      for (const entry of entries) results.push(...(await super.insert([entry])));
      return results;
    }
  };
}

function doubleTicks() {
  return class extends TestJobScheduler {
    protected override async saveRecurring(recurring: Parameters<TestJobScheduler['saveRecurring']>[0]) {
      await super.saveRecurring(recurring);
      await super.saveRecurring({ ...recurring, id: `${recurring.id} ` });
    }
  };
}

describe('a scheduler that', () => {
  const capabilities = [...new TestJobScheduler().capabilities];

  it.each(faults)('%s is caught', async (_, Faulty, expected) => {
    const cases = jobSchedulerConformance({
      name: 'Faulty',
      capabilities,
      setUp: () => ({ scheduler: () => Faulty }),
    }).filter(({ name, skip }) => skip === undefined && expected.test(name));
    expect(cases).toHaveLength(1);
    await expect(cases[0]!.run()).rejects.toThrow(expect.objectContaining({ name: 'ConformanceError' }));
  });

  it('declares more than it has is caught', async () => {
    const cases = jobSchedulerConformance({
      name: 'Boaster',
      capabilities: [...capabilities, 'durable', 'transaction'],
      setUp: () => ({ scheduler: () => TestJobScheduler }),
    });
    const failed = await Promise.all(
      cases
        .filter(
          ({ needs, name }) =>
            needs.includes('durable') || needs.includes('transaction') || name.includes('declares'),
        )
        .map(({ run }) =>
          run().then(
            () => false,
            () => true,
          ),
        ),
    );
    expect(failed.length).toBeGreaterThan(5);
    expect(failed).not.toContain(false);
  });

  it('declares only what no case can prove alone is caught', () => {
    const cases = jobSchedulerConformance({
      name: 'Boaster',
      capabilities: ['rate-limit', 'pause'],
      setUp: () => ({ scheduler: () => TestJobScheduler }),
    });
    expect(
      cases.filter(({ skip, needs }) => skip === undefined && needs.length > 0).map(({ name }) => name),
    ).toEqual([
      "13. the declared capability 'rate-limit' can be proved",
      "13. the declared capability 'pause' can be proved",
    ]);
  });

  it('declares what no case can prove alone fails for it', async () => {
    const boast = jobSchedulerConformance({
      name: 'Boaster',
      capabilities: ['rate-limit'],
      setUp: () => ({ scheduler: () => TestJobScheduler }),
    }).at(-1)!;
    await expect(boast.run()).rejects.toThrow("no case could prove 'rate-limit'");
  });
});
