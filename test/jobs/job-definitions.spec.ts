import {
  CommandDefinitions,
  CommandVersion,
  type Job,
  JobDefinitionError,
  JobDefinitions,
  JobNotRegisteredError,
  JobVersion,
  UnknownJobError,
} from 'nestjs-eventflow-jobs';
import { describe, expect, it } from 'vitest';

const named = (name: string) =>
  ({
    [name]: class implements Job {
      execute() {}
    },
  })[name]!;
const definitionsOf = (...types: unknown[]) => {
  const definitions = new JobDefinitions();
  definitions.register(types);
  return definitions;
};

describe('the definition of a class', () => {
  it.each([
    ['TestJob', 'TestJob', 1],
    ['TestJobV1', 'TestJob', 1],
    ['TestJobV2', 'TestJob', 2],
    ['OldTestJobV5', 'TestJob', 5],
    ['OldTestJob', 'TestJob', 1],
    ['OldestJob', 'OldestJob', 1],
    ['OldieV3', 'Oldie', 3],
    ['Old', 'Old', 1],
    ['TestV2V3', 'TestV2', 3],
    ['V2', 'V2', 1],
    ['Job2Go', 'Job2Go', 1],
    ['ÜberJobV12', 'ÜberJob', 12],
  ])('comes from its name: %s is %s version %i', (className, name, version) => {
    const type = named(className);
    expect(definitionsOf(type).of(type)).toMatchObject({ name, version, type });
  });

  it('comes from its decorator, where it has one', () => {
    @JobVersion('Fancy/name-of:mine', 7)
    class TestJobV2 implements Job {
      execute() {}
    }
    expect(definitionsOf(TestJobV2).of(TestJobV2)).toMatchObject({ name: 'Fancy/name-of:mine', version: 7 });
  });

  it('is not inherited', () => {
    @JobVersion('Parent', 3)
    class ParentJob implements Job {
      execute() {}
    }
    class ChildJob extends ParentJob {}
    const definitions = definitionsOf(ParentJob, ChildJob);
    expect(definitions.of(ChildJob)).toMatchObject({ name: 'ChildJob', version: 1 });
    expect(() => definitionsOf(ParentJob).of(ChildJob)).toThrow(JobNotRegisteredError);
  });

  it.each(['Foo_Bar', 'Foo$1', '$', '_a'])(
    'cannot come from %s: the advice is an explicit name',
    (className) => {
      const mistakes = definitionsOf(named(className)).findMistakes();
      expect(mistakes).toHaveLength(1);
      expect(mistakes[0]).toContain(`${className}: no name can be made of this class name`);
      expect(mistakes[0]).toContain("@JobVersion('Name', 1)");
    },
  );

  it.each([
    ['', 1],
    ['has blank', 1],
    ['-dash', 1],
    ['x'.repeat(256), 1],
    [undefined, 1],
    ['Fine', 0],
    ['Fine', -1],
    ['Fine', 1.5],
    ['Fine', Number.NaN],
    ['Fine', 2 ** 53],
    ['Fine', '1'],
  ])('must have a valid name and version: (%s, %s) is refused', (name, version) => {
    const type = named('AJob');
    JobVersion(name as string, version as number)(type);
    expect(definitionsOf(type).findMistakes()[0]).toMatch(/^AJob: .* is no valid (name|version)/);
  });
});

describe('the registry', () => {
  class TestJob implements Job {
    execute() {}
  }
  class TestJobV2 implements Job {
    execute() {}
  }
  class OldTestJobV5 implements Job {
    execute() {}
  }
  const definitions = definitionsOf(TestJobV2, OldTestJobV5, TestJob);

  it('gets by name and version', () => {
    expect(definitions.get('TestJob', 2).type).toBe(TestJobV2);
    expect(definitions.find('TestJob', 5)?.type).toBe(OldTestJobV5);
  });

  it('gets by class', () => {
    expect(definitions.of(TestJobV2)).toMatchObject({ name: 'TestJob', version: 2 });
  });

  it('lists all versions of a name, lowest first', () => {
    expect(definitions.versions('TestJob').map(({ version }) => version)).toEqual([1, 2, 5]);
    expect(definitions.versions('Nothing')).toEqual([]);
    expect(definitions.all()).toHaveLength(3);
  });

  it('finds nothing for what is unknown, and says so when asked to get it', () => {
    expect(definitions.find('TestJob', 3)).toBeUndefined();
    expect(definitions.find('Nothing', 1)).toBeUndefined();
    expect(() => definitions.get('TestJob', 3)).toThrow(UnknownJobError);
    expect(() => definitions.get('TestJob', 3)).toThrow(
      "No job is registered as 'TestJob' version 3; known versions of it: 1, 2, 5.",
    );
    expect(() => definitions.get('Nothing', 1)).toThrow(
      "No job is registered as 'Nothing' version 1: add its class to `jobs`.",
    );
    expect(() => definitions.of(Date as never)).toThrow(JobNotRegisteredError);
  });

  it('takes the same class twice, and nothing at all, without complaint', () => {
    const twice = definitionsOf(TestJob, TestJob);
    expect(twice.all()).toHaveLength(1);
    expect(twice.findMistakes()).toEqual([]);
    expect(definitionsOf().all()).toEqual([]);
    expect(() => twice.assertNoMistakes()).not.toThrow();
  });

  it('refuses what is no job, naming it', () => {
    class NotAJob {}
    const wrong = definitionsOf(NotAJob);
    expect(wrong.findMistakes()).toEqual([
      'NotAJob is no job: give it a method `execute(context: JobContext)`.',
    ]);
    expect(() => wrong.assertNoMistakes()).toThrow(JobDefinitionError);
  });

  it('refuses two classes with one name and version', () => {
    expect(definitionsOf(named('Twin'), named('TwinV1')).findMistakes()).toEqual([
      "Twin and TwinV1 are all 'Twin' version 1: give each a name or a version of its own.",
    ]);
  });

  it('refuses upgraders that lead nowhere, leave a gap, or are no functions', () => {
    const withUpgrade = (upgrade: object) => {
      const type = named('Up');
      JobVersion('Up', 3, { upgrade: upgrade as never })(type);
      return definitionsOf(type).findMistakes();
    };
    const same = (data: unknown) => data;
    expect(withUpgrade({ 1: same, 2: same })).toEqual([]);
    expect(withUpgrade({ 2: same })).toEqual([]);
    expect(withUpgrade({ 1: same })[0]).toContain('upgrader from version 1 to 2, but none from 2');
    expect(withUpgrade({ 3: same })[0]).toContain('leads nowhere: it must be from 1 to 2');
    expect(withUpgrade({ 0: same })[0]).toContain('leads nowhere');
    expect(withUpgrade({ 2: 'text' })[0]).toContain('is no function');
  });

  it('refuses an alias that is a name, or that two definitions have, and a schema that is none', () => {
    const job = (name: string, options: object) => {
      const type = named(name);
      JobVersion(name, 1, options)(type);
      return type;
    };
    expect(definitionsOf(job('A', { aliases: ['B'] }), job('B', {})).findMistakes()).toEqual([
      "A: the alias 'B' is the name of B: drop one of the two.",
    ]);
    expect(definitionsOf(job('A', { aliases: ['X'] }), job('B', { aliases: ['X'] })).findMistakes()).toEqual([
      "B and A both have the alias 'X': only one can.",
    ]);
    expect(definitionsOf(job('A', { aliases: ['not ok'] })).findMistakes()[0]).toContain(
      "A: the alias 'not ok' is no valid name",
    );
    expect(definitionsOf(job('A', { schema: {} })).findMistakes()[0]).toContain('is no Standard Schema');
  });

  it('knows a job by the names that it had before', () => {
    const type = named('NewName');
    JobVersion('NewName', 1, { aliases: ['OldName'] })(type);
    expect(definitionsOf(type).get('OldName', 1).type).toBe(type);
    expect(definitionsOf(type).versions('OldName')).toHaveLength(1);
  });
});

describe('the way to the newest version', () => {
  const versions = (...options: [number, object?][]) =>
    definitionsOf(
      ...options.map(([version, more]) => {
        const type = named(`Step${version}`);
        JobVersion('Step', version, more as never)(type);
        return type;
      }),
    );
  const up = (data: unknown) => data;

  it.each([
    ['an exact match', versions([1], [2]), 1, 1],
    ['an upgrader', versions([1], [2, { upgrade: { 1: up } }]), 1, 2],
    ['a chain of upgraders', versions([3, { upgrade: { 1: up, 2: up } }]), 1, 3],
    [
      'upgraders of several classes',
      versions([2, { upgrade: { 1: up } }], [3, { upgrade: { 2: up } }]),
      1,
      3,
    ],
    ['as far as upgraders lead', versions([2, { upgrade: { 1: up } }], [4, { upgrade: { 3: up } }]), 1, 2],
    ['never back', versions([1], [2, { upgrade: { 1: up } }]), 3, undefined],
    ['nowhere without an upgrader', versions([2]), 1, undefined],
  ])('%s', (_, definitions, from, to) => {
    expect(definitions.route('Step', from)?.definition.version).toBe(to);
  });
});

describe('command definitions', () => {
  it('follow the same rules, with their own decorator', () => {
    @CommandVersion('SendMail', 2)
    class SendMailCommand {}
    class OldPayCommandV3 {}
    const definitions = new CommandDefinitions();
    definitions.register([SendMailCommand, OldPayCommandV3]);
    expect(definitions.of(SendMailCommand)).toMatchObject({ name: 'SendMail', version: 2 });
    expect(definitions.of(OldPayCommandV3)).toMatchObject({ name: 'PayCommand', version: 3 });
    expect(() => definitions.get('Nope', 1)).toThrow(
      "No command is registered as 'Nope' version 1: add its class to `commands`.",
    );
  });
});
