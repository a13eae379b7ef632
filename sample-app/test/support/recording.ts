import { vi } from 'vitest';

/** Remembers what happened, and when. */
export class Recording<T> {
  readonly all: { readonly what: T; readonly at: number }[] = [];

  add(what: T): void {
    this.all.push({ what, at: Date.now() });
  }

  /** The first one that fits; waits until it happens. */
  first(fits: (what: T) => boolean) {
    return vi.waitFor(
      () => {
        const found = this.all.find(({ what }) => fits(what));
        if (!found) throw new Error(`It did not happen. What did: ${JSON.stringify(this.all)}`);
        return found;
      },
      { timeout: 10_000, interval: 5 },
    );
  }
}
