import { describe, expect, it, vi } from 'vitest';
import { newEntryId } from '../../lib/scheduling/entry-id.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const timeOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

describe('The id of an entry', () => {
  it('is a UUID of version 7 with the time in it, whole and never negative', () => {
    for (const [now, time] of [
      [0, 0],
      [1, 1],
      [1.9, 1],
      [-5, 0],
      [Date.parse('2027-03-28T12:34:56.789Z'), Date.parse('2027-03-28T12:34:56.789Z')],
      [2 ** 48 - 1, 2 ** 48 - 1],
    ] as const) {
      const id = newEntryId(now);
      expect(id).toMatch(UUID_V7);
      expect(timeOf(id)).toBe(time);
    }
  });

  it('is never given twice, and uses every digit in every random place', () => {
    const ids = Array.from({ length: 5_000 }, () => newEntryId(0));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => UUID_V7.test(id))).toBe(true);
    const digits = (place: number) => new Set(ids.map((id) => id[place]));
    for (const place of [15, 16, 17, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35]) {
      expect(digits(place).size, `place ${place}`).toBe(16);
    }
    expect(digits(19)).toEqual(new Set(['8', '9', 'a', 'b']));
  });

  it('comes by chance from the first of a process on, and wherever fresh random bytes begin', async () => {
    const at = [1, 2, 512, 513, 514];
    const processes: string[][] = [];
    while (processes.length < 64) {
      vi.resetModules();
      const fresh = await import('../../lib/scheduling/entry-id.js');
      const ids = Array.from({ length: 514 }, () => fresh.newEntryId(0));
      processes.push(at.map((n) => ids[n - 1]!));
    }
    at.forEach((n, index) => {
      const ids = processes.map((one) => one[index]!);
      expect(new Set(ids).size, `id ${n}`).toBe(64);
      for (const place of [15, 16, 17, 19, 20, 21, 22, ...Array.from({ length: 12 }, (_, i) => 24 + i)]) {
        expect(new Set(ids.map((id) => id[place])).size, `id ${n}, place ${place}`).toBeGreaterThan(1);
      }
    });
  });

  it('comes by chance, no place of it from another', () => {
    const ids = Array.from({ length: 2_000 }, () => newEntryId(0).replaceAll('-', '').slice(13));
    for (let a = 0; a < 19; a++) {
      for (let b = a + 1; b < 19; b++) {
        const alike = ids.filter((id) => id[a] === id[b]).length;
        expect(alike, `places ${a} and ${b}`).toBeLessThan(ids.length / 4);
      }
    }
  });
});
