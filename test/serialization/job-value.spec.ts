import { describe, expect, it } from 'vitest';
import { getJobValueOptions, JobValue } from '../../lib/serialization/job-value.decorator.js';
import { JobValueRegistry } from '../../lib/serialization/job-value.registry.js';

@JobValue('Money')
class Money {}
class Rebate extends Money {}

const convert = { toData: () => 0, fromData: () => new Weight() };
@JobValue('Weight', convert)
class Weight {}

function problemsOf(...types: Function[]): string[] {
  const registry = new JobValueRegistry();
  for (const type of types) registry.add(type);
  return registry.problems;
}

describe('@JobValue', () => {
  it('names a class', () => {
    expect(getJobValueOptions(Money)).toEqual({ name: 'Money' });
    expect(getJobValueOptions(Weight)).toEqual({ name: 'Weight', convert });
  });

  it('is not inherited by subclasses', () => {
    expect(getJobValueOptions(Rebate)).toBeUndefined();
  });
});

describe('the value registry', () => {
  it('finds what it was given, by class and by name', () => {
    const registry = new JobValueRegistry();
    registry.add(Money);
    registry.add(Weight);
    expect(registry.byType(Money)).toEqual({ name: 'Money', type: Money });
    expect(registry.byName('Weight')).toEqual({ name: 'Weight', type: Weight, convert });
    expect(registry.all().map(({ type }) => type)).toEqual([Money, Weight]);
    expect(registry.byType(Rebate)).toBeUndefined();
    expect(registry.byName('Rebate')).toBeUndefined();
    expect(registry.byPrototype(Object.getPrototypeOf(new Rebate()) as object)).toBeUndefined();
  });

  it('takes a class twice, as feature modules may', () => {
    const registry = new JobValueRegistry();
    registry.add(Money);
    registry.add(Money);
    expect(registry.problems).toEqual([]);
    expect(registry.all()).toHaveLength(1);
  });

  it('reports a class without a decorator of its own', () => {
    expect(problemsOf(Rebate, Rebate)).toEqual([
      "Rebate is listed in `values` but has no @JobValue of its own: decorate it with @JobValue('Rebate').",
    ]);
  });

  it('reports two classes with one name', () => {
    @JobValue('Money')
    class OtherMoney {}
    expect(problemsOf(Money, OtherMoney)).toEqual([
      "Money and OtherMoney both have the value name 'Money': give one of them another name in @JobValue.",
    ]);
  });

  it('reports what is no class', () => {
    expect(problemsOf(undefined as never)[0]).toMatch(/type undefined.*circular import/);
    expect(problemsOf(null as never)[0]).toMatch(/null/);
  });

  it.each(['', ' Money', '-x', '__proto__', 'a b', 'é', 'x'.repeat(256)])('reports the name %j', (name) => {
    @JobValue(name)
    class Named {}
    expect(problemsOf(Named)).toEqual([
      expect.stringMatching(/^Named has an invalid value name: .*1 to 255/),
    ]);
  });

  it.each(['a', '7', 'shop/Money:v2_x-y.z', 'x'.repeat(255), 'constructor'])('takes the name %j', (name) => {
    @JobValue(name)
    class Named {}
    expect(problemsOf(Named)).toEqual([]);
  });
});
