import {
  CommandDefinitions,
  type Job,
  JobDefinitionError,
  JobDefinitions,
  JobVersion,
} from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';

const same = (data: unknown) => data;
const job = (className: string, version?: number, options?: object, name = 'Up') => {
  const type = {
    [className]: class implements Job {
      execute() {}
    },
  }[className]!;
  if (version !== undefined) JobVersion(name, version, options as never)(type);
  return type;
};
const definitionsOf = (...types: unknown[]) => {
  const definitions = new JobDefinitions();
  definitions.register(types);
  return definitions;
};
const mistakesOf = (...types: unknown[]) => definitionsOf(...types).findMistakes();

describe('Upgraders of one name', () => {
  const missing = (className: string, from: number) =>
    `${className}: 'Up' has an upgrader from version ${from} to ${from + 1}, but none from ${from + 1} and no class ` +
    `for it: add \`upgrade: { ${from + 1}: ... }\`.`;

  it('may lie on several classes, and end at any version that has one', () => {
    expect(mistakesOf(job('A', 2, { upgrade: { 1: same } }), job('B', 3, { upgrade: { 2: same } }))).toEqual(
      [],
    );
    expect(mistakesOf(job('A', 2, { upgrade: { 1: same } }), job('B', 5))).toEqual([]);
    expect(mistakesOf(job('B', 3, { upgrade: { 2: same } }), job('A', 1))).toEqual([]);
  });

  it('are refused where one leads to a version without class and upgrader, with the newest class named', () => {
    expect(mistakesOf(job('A', 1), job('B', 5, { upgrade: { 1: same } }), job('C', 4))).toEqual([
      missing('B', 1),
    ]);
    expect(mistakesOf(job('C', 4), job('B', 5, { upgrade: { 1: same, 3: same } }), job('A', 1))).toEqual([
      missing('B', 1),
    ]);
  });

  it('are looked at name by name', () => {
    const two = [
      job('A', 5, { upgrade: { 1: same, 4: same } }),
      job('B', 2, { upgrade: { 1: same } }, 'Other'),
    ];
    expect(mistakesOf(...two)).toEqual([missing('A', 1)]);
  });

  it.each([
    [{ 3: same }, 'an upgrader from version 3 leads nowhere: it must be from 1 to 2.'],
    [{ 0: same }, 'an upgrader from version 0 leads nowhere: it must be from 1 to 2.'],
    [{ 1.5: same }, 'an upgrader from version 1.5 leads nowhere: it must be from 1 to 2.'],
    [{ first: same }, 'an upgrader from version first leads nowhere: it must be from 1 to 2.'],
    [{ 2: 'text' }, 'the upgrader from version 2 is no function.'],
  ])('are refused where they make no sense: %o', (upgrade, mistake) => {
    expect(mistakesOf(job('A', 3, { upgrade }))).toContain(`A: ${mistake}`);
  });

  it('are run in their order, each once', () => {
    const step = (n: number) => (data: number[]) => [...data, n];
    const definitions = definitionsOf(
      job('A', 2, { upgrade: { 1: step(1) } }),
      job('B', 4, { upgrade: { 2: step(2), 3: step(3) } }),
    );
    const run = (from: number) =>
      definitions.route('Up', from)!.upgrades.reduce((data: unknown, upgrade) => upgrade(data), []);
    expect([run(1), run(2), run(3), run(4)]).toEqual([[1, 2, 3], [2, 3], [3], []]);
  });

  it('that lead past the last class are not run', () => {
    const definitions = definitionsOf(job('A', 2), job('B', 6, { upgrade: { 2: same, 3: same } }));
    expect(definitions.route('Up', 2)).toMatchObject({ definition: { version: 2 }, upgrades: [] });
  });
});

describe('A schema', () => {
  it.each([null, {}, { '~standard': null }, { '~standard': {} }, { '~standard': { validate: true } }])(
    'is none when it is %o',
    (schema) => {
      expect(mistakesOf(job('A', 1, { schema }))).toEqual([
        'A: its schema is no Standard Schema: give one of zod, valibot, arktype or the like.',
      ]);
    },
  );

  it('may be a function, as those of arktype are', () => {
    const schema = Object.assign(() => {}, { '~standard': { validate: () => ({}) } });
    expect(mistakesOf(job('A', 1, { schema }))).toEqual([]);
  });
});

describe('An alias', () => {
  it('may be had by several versions of one name', () => {
    expect(mistakesOf(job('A', 1, { aliases: ['X'] }), job('B', 2, { aliases: ['X'] }))).toEqual([]);
  });

  it('that is no name is refused, its first letters shown', () => {
    expect(mistakesOf(job('A', 1, { aliases: [`${'x'.repeat(50)}!`] }))).toEqual([
      `A: the alias '${'x'.repeat(40)}' is no valid name: use 1 to 255 letters, digits and . _ - : / and begin with ` +
        'a letter or a digit.',
    ]);
    expect(mistakesOf(job('A', 1, { aliases: [7] }))[0]).toMatch(/^A: the alias 7 is no valid name/);
  });
});

describe('What is registered', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', 'A value of type string'],
    [{}, 'A value of type object'],
  ])('must be a class: %o', (value, told) => {
    expect(mistakesOf(value)).toEqual([
      `${told} was registered as a job, but is no class (is an import circular?).`,
    ]);
    const commands = new CommandDefinitions();
    commands.register([value]);
    expect(commands.findMistakes()).toEqual([
      `${told} was registered as a command, but is no class (is an import circular?).`,
    ]);
  });

  it('must have a name that can be read from the class or is given', () => {
    const anonymous = (() =>
      class {
        execute() {}
      })();
    expect(mistakesOf(anonymous)).toEqual([
      "An anonymous class: no name can be made of this class name: give it one with @JobVersion('Name', 1).",
    ]);
    expect(mistakesOf(() => {})).toEqual([
      'An anonymous class is no job: give it a method `execute(context: JobContext)`.',
    ]);
    expect(mistakesOf(job('x'.repeat(256)))[0]).toMatch(
      /^x+: no name can be made of this class name \('x{40}' is no valid name: .*\): give it one with @JobVersion/,
    );
    expect(mistakesOf(job('Foo_Bar'))).toEqual([
      "Foo_Bar: no name can be made of this class name: give it one with @JobVersion('Name', 1).",
    ]);
  });

  it('may come later: the way of stored data is found anew', () => {
    const definitions = definitionsOf(job('A', 1));
    expect(definitions.route('Up', 2)).toBeUndefined();
    definitions.register([job('B', 2, { upgrade: { 1: same } })]);
    expect(definitions.route('Up', 1)!.definition.version).toBe(2);
    expect(definitions.versions('Up').map(({ version }) => version)).toEqual([1, 2]);
    definitions.register([job('Early', 1, {}, 'Later'), job('Tenth', 10), job('Third', 3)]);
    expect(definitions.versions('Up').map(({ version }) => version)).toEqual([1, 2, 3, 10]);
  });

  it('and is asked for by something else is told apart from a subclass', () => {
    const Parent = job('Parent', 1);
    const definitions = definitionsOf(Parent);
    const advice = 'add it to `jobs` of EventFlowJobsModule.forRoot() or .forFeature().';
    expect(() => definitions.of(class Child extends Parent {} as never)).toThrow(
      `The job Child is not registered: ${advice} (Its parent Parent is registered, but a subclass is a class of its own.)`,
    );
    for (const nothing of [undefined, null, class Stranger {}]) {
      let message = '';
      try {
        definitions.of(nothing as never);
      } catch (error) {
        ({ message } = error as Error);
      }
      expect(message).toBe(`The job ${nothing?.name} is not registered: ${advice}`);
    }
  });
});

describe('Mistakes', () => {
  it('are told together, and counted', () => {
    expect(new JobDefinitionError(['only one']).message).toBe(
      'Found a mistake in the jobs and commands of this app:\n- only one',
    );
    const two = new JobDefinitionError(['one', 'two']);
    expect(two.message).toBe('Found 2 mistakes in the jobs and commands of this app:\n- one\n- two');
    expect(two.mistakes).toEqual(['one', 'two']);
  });
});
