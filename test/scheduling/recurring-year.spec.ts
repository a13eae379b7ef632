import { describe, expect, it } from 'vitest';
import { nextTick } from '../../lib/scheduling/recurring-schedule.js';

const QUARTER = 900_000;

// In a file of its own, since it takes seconds: mutation testing goes without.
describe('Over a year, a cron schedule', () => {
  const zones = ['Europe/Rome', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'];

  it.each(zones)('in %s ticks at every real quarter of an hour', (timeZone) => {
    const schedule = { cron: '*/15 * * * *', timeZone };
    const from = Date.UTC(2027, 0, 1);
    const until = Date.UTC(2028, 0, 1);
    const ticks: number[] = [];
    for (let tick = nextTick(schedule, from, from); tick! <= until; tick = nextTick(schedule, tick!, from)) {
      expect(tick, 'ticks only go forward').toBeGreaterThan(ticks.at(-1) ?? from);
      ticks.push(tick!);
    }
    expect(ticks).toEqual(
      Array.from({ length: (until - from) / QUARTER }, (_, n) => from + (n + 1) * QUARTER),
    );
  });
});
