import { describe, expect, it, vi } from 'vitest';
import { JointWrite } from '../../lib/scheduling/joint-write.js';

const writing = (
  chains: number,
  write = async (items: readonly string[]) => items.map((one) => `${one}!`),
) => {
  const written = vi.fn(write);
  return { joint: new JointWrite<string, string>(chains, written), written };
};

describe('Entries of several chains', () => {
  it('are written as one, once the last has come, and each chain gets its own result', async () => {
    const { joint, written } = writing(3);
    const first = joint.add('a');
    const second = joint.add('b');
    expect(written).not.toHaveBeenCalled();
    const third = joint.add('c');
    expect(await Promise.all([first, second, third])).toEqual(['a!', 'b!', 'c!']);
    expect(written.mock.calls).toEqual([[['a', 'b', 'c']]]);
  });

  it('are written without those that ended without one', async () => {
    const { joint, written } = writing(3);
    joint.skip();
    const kept = joint.add('b');
    expect(written).not.toHaveBeenCalled();
    joint.skip();
    expect(await kept).toBe('b!');
    expect(written.mock.calls).toEqual([[['b']]]);
  });

  it('are not written when one chain fails, and every other fails with it, whether it came before or after', async () => {
    const { joint, written } = writing(3);
    const before = joint.add('a');
    before.catch(() => {}); // asserted below
    joint.fail(new Error('refused'));
    const after = joint.add('b');
    joint.skip();
    await expect(before).rejects.toThrow('refused');
    await expect(after).rejects.toThrow('refused');
    expect(written).not.toHaveBeenCalled();
  });

  it('fail together when they cannot be written', async () => {
    const { joint } = writing(2, () => Promise.reject(new Error('away')));
    const both = await Promise.allSettled([joint.add('a'), joint.add('b')]);
    expect(both.map((one) => one.status === 'rejected' && (one.reason as Error).message)).toEqual([
      'away',
      'away',
    ]);
  });
});
