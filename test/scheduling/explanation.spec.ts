import { describe, expect, it } from 'vitest';
import { type Obstacles, explainEntry } from '../../lib/scheduling/explanation.js';
import type { StoredEntry } from '../../lib/scheduling/stored-entry.js';

const NOW = Date.parse('2027-01-01T12:00:00Z');
const LATER = NOW + 60_000;
const explain = (entry: Partial<StoredEntry>, obstacles: Obstacles = {}) =>
  explainEntry(
    { state: 'scheduled', runAt: NOW, attempt: 0, attempts: 3, queue: 'mail', ...entry } as StoredEntry,
    NOW,
    obstacles,
  );
const lastError = { name: 'TypeError', message: 'no such customer' };

describe('An entry has not run', () => {
  it('since it is not due', () => {
    expect(explain({ runAt: LATER })).toEqual({
      reason: 'not-due',
      text: 'It is due at 2027-01-01T12:01:00.000Z.',
      expectedAt: new Date(LATER),
    });
  });

  it('since it waits for a retry', () => {
    expect(explain({ runAt: LATER, attempt: 1, lastError })).toEqual({
      reason: 'retrying',
      text: 'Attempt 1 of 3 failed: TypeError: no such customer; the next is due at 2027-01-01T12:01:00.000Z.',
      expectedAt: new Date(LATER),
    });
  });

  it('since its queue is paused, once it is due, whether a worker is there or not', () => {
    const paused = {
      reason: 'paused',
      text: "It is due, but its queue 'mail' is paused: call resume('mail'), or resume() where every queue is paused.",
    };
    expect(explain({}, { paused: true })).toEqual(paused);
    expect(explain({}, { paused: true, noWorker: true })).toEqual(paused);
    expect(explain({ runAt: LATER }, { paused: true }).reason).toBe('not-due');
  });

  it('since no worker is there, once it is due', () => {
    expect(explain({}, { noWorker: true })).toEqual({
      reason: 'no-worker',
      text: 'It is due, but no worker is running: start a process with `worker`, or start the worker of this one.',
    });
    expect(explain({ runAt: LATER }, { noWorker: true }).reason).toBe('not-due');
  });

  it('since every slot is taken', () => {
    const overdue = {
      reason: 'overdue',
      text: 'It was due at 2027-01-01T12:00:00.000Z and waits for a free slot of a worker.',
    };
    expect(explain({})).toEqual(overdue);
    expect(explain({ attempt: 1 })).toEqual(overdue);
  });

  it('since it runs', () => {
    expect(explain({ state: 'running', attempt: 2, startedAt: NOW })).toEqual({
      reason: 'running',
      text: 'Attempt 2 of 3 is running since 2027-01-01T12:00:00.000Z.',
    });
    expect(explain({ state: 'running', attempt: 2 }).text).toBe('Attempt 2 of 3 is running.');
  });

  it('since it is parked', () => {
    expect(explain({ state: 'parked', parked: { reason: 'unknown', text: 'No class here.' } })).toEqual({
      reason: 'parked',
      text: 'It is parked: No class here. It runs by itself once a process can take it.',
    });
    expect(explain({ state: 'parked' }).text).toBe(
      'It is parked: no process knows it. It runs by itself once a process can take it.',
    );
  });

  it('since it has ended', () => {
    expect(explain({ state: 'failed', finishedAt: NOW, lastError })).toEqual({
      reason: 'failed',
      text: 'It has failed at 2027-01-01T12:00:00.000Z: TypeError: no such customer.',
    });
    expect(explain({ state: 'succeeded' })).toEqual({ reason: 'succeeded', text: 'It has succeeded.' });
    expect(explain({ state: 'cancelled' })).toEqual({ reason: 'cancelled', text: 'It was cancelled.' });
    const ending = { name: 'Error', message: 'It ended. So.' };
    expect(explain({ state: 'failed', lastError: ending }).text).toBe('It has failed: Error: It ended. So.');
  });
});
