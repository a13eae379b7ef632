import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callLaws } from './laws/calls.laws.js';
import { dataLaws } from './laws/data.laws.js';
import { managingLaws } from './laws/managing.laws.js';
import { runningLaws } from './laws/running.laws.js';
import { Edge, type HostileSubject } from './support/edge.js';
import { isPrintable } from './support/law.js';

/** A line of Nest's logger by one of ours, one of a stack, which is indented, or the end. */
const OURS =
  /^(\[Nest\] \d+ {2}- .{1,40} {2,}(LOG|WARN|ERROR|DEBUG) \[(NestApplication|EventFlowJobs|JobRunner|JobWorker|[A-Za-z]+Scheduler)\] .*| {4}.*)?$/;

const clean = Reflect.ownKeys(Object.prototype).length;

/** What holds whatever is passed at a public edge: refused by the documented error, or kept as it was. */
export function hostileInput(subject: HostileSubject): void {
  describe(`${subject.name}, whatever it is given:`, () => {
    const edge = new Edge(subject);
    beforeAll(() => edge.start(), 60_000);
    afterAll(() => edge.app.close());
    afterEach(() => {
      expect(Reflect.ownKeys(Object.prototype)).toHaveLength(clean);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    });

    dataLaws(edge);
    callLaws(edge);
    managingLaws(edge);
    runningLaws(edge);

    it('no line of the log is of somebody else', () => {
      const lines = edge.app.output.text().split('\n');
      expect(lines.length).toBeGreaterThan(edge.runs);
      expect(lines.filter((line) => !OURS.test(line) || !isPrintable(line))).toEqual([]);
    });
  });
}
