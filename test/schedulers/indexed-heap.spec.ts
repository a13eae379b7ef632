import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HeapItem, IndexedHeap } from '../../lib/schedulers/local/indexed-heap.js';

interface Item extends HeapItem {
  readonly rank: number;
}
const heapOf = () => new IndexedHeap<Item>((a, b) => a.rank < b.rank);
const item = (rank: number): Item => ({ rank, heapIndex: -1 });

describe('A heap', () => {
  it('has its least item first, whatever is put in and taken out of its middle', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(50), fc.nat())), (steps) => {
        const heap = heapOf();
        const inside: Item[] = [];
        for (const [takes, rank, place] of steps) {
          if (takes && inside.length > 0) {
            const [taken] = inside.splice(place % inside.length, 1);
            heap.remove(taken!);
            expect(taken!.heapIndex).toBe(-1);
          } else {
            const added = item(rank);
            inside.push(added);
            heap.push(added);
          }
          expect(heap.size).toBe(inside.length);
          expect(heap.first?.rank).toBe(
            inside.length === 0 ? undefined : Math.min(...inside.map((one) => one.rank)),
          );
        }
        const places = inside.map(({ heapIndex }) => heapIndex).toSorted((a, b) => a - b);
        expect(places).toEqual([...inside.keys()]);
      }),
      { numRuns: 300 },
    );
  });

  it('gives its items in their order', () => {
    const heap = heapOf();
    for (const rank of [5, 3, 9, 1, 7, 2, 8, 6, 4]) heap.push(item(rank));
    const order: number[] = [];
    for (let first = heap.first; first; first = heap.first) {
      order.push(first.rank);
      heap.remove(first);
    }
    expect(order).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
