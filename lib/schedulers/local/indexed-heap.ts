/** An item knows its place, so that it can be taken out of the middle. It lies in one heap at a time. */
export interface HeapItem {
  heapIndex: number;
}

/** A binary heap with removal from anywhere in O(log n). */
export class IndexedHeap<T extends HeapItem> {
  private readonly items: T[] = [];

  constructor(private readonly isBefore: (a: T, b: T) => boolean) {}

  get first(): T | undefined {
    return this.items[0];
  }

  get size(): number {
    return this.items.length;
  }

  push(item: T): void {
    this.items.push(item);
    this.rise(item, this.items.length - 1);
  }

  remove(item: T): void {
    const index = item.heapIndex;
    const last = this.items.pop()!;
    item.heapIndex = -1;
    if (last === item) return;
    this.sink(last, index);
    this.rise(last, last.heapIndex);
  }

  private rise(item: T, index: number): void {
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.items[parentIndex]!;
      if (!this.isBefore(item, parent)) break;
      this.put(parent, index);
      index = parentIndex;
    }
    this.put(item, index);
  }

  private sink(item: T, index: number): void {
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.items.length) break;
      const right = left + 1;
      const child =
        right < this.items.length && this.isBefore(this.items[right]!, this.items[left]!) ? right : left;
      if (!this.isBefore(this.items[child]!, item)) break;
      this.put(this.items[child]!, index);
      index = child;
    }
    this.put(item, index);
  }

  private put(item: T, index: number): void {
    this.items[index] = item;
    item.heapIndex = index;
  }
}
