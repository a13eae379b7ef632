import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HeapItem, IndexedHeap } from '../../lib/schedulers/local/indexed-heap.js';

interface Item extends HeapItem {
  readonly rank: number;
}
const heapOf = () => new IndexedHeap<Item>((a, b) => a.rank < b.rank);
const item = (rank: number): Item => ({ rank, heapIndex: -1 });
/** The ranks of its items, each of which was the first when it was taken out. */
const emptied = (heap: IndexedHeap<Item>) => {
  const order: number[] = [];
  for (let first = heap.first; first; first = heap.first) {
    order.push(first.rank);
    heap.remove(first);
  }
  return order;
};

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

  it('lifts what takes the place of one taken out, where it is less than what stands above', () => {
    const heap = heapOf();
    const items = [1, 10, 2, 11, 12, 3, 4].map(item);
    for (const one of items) heap.push(one);
    heap.remove(items[3]!); // into its place, below 10, comes 4
    for (const rank of [13, 14, 15]) heap.push(item(rank));
    expect(emptied(heap)).toEqual([1, 2, 3, 4, 10, 12, 13, 14, 15]);
  });

  it('gives its items in their order', () => {
    const heap = heapOf();
    for (const rank of [5, 3, 9, 1, 7, 2, 8, 6, 4]) heap.push(item(rank));
    expect(emptied(heap)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
