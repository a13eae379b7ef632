import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Begun late, one of these would be all that still runs at the end. The longest first. */
const LONG = [
  /\/chaos\/faults\.pg-boss/,
  /\/browser\/pages\./,
  /\/conformance\/pg-boss\./,
  /\/chaos\/faults\.sqlite/,
  /\/browser\/actions\./,
  /\/chaos\/faults\.bullmq/,
  /\/package\//,
  /\/server-clocks\./,
  /processes\.spec/,
  /\/callers-transactions\./,
  /crash\.spec/,
];

/** Vitest goes by the sizes of the files where no former run tells how long each takes: on a clean clone. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is vitest's own, and gives a list of its own
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => place(one) - place(other));
  }
}

function place({ moduleId }: TestSpecification): number {
  const index = LONG.findIndex((name) => name.test(moduleId));
  return index < 0 ? LONG.length : index;
}
