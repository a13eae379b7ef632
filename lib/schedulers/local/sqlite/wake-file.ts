import { type FSWatcher, closeSync, openSync, utimesSync, watch } from 'node:fs';

/**
 * A small file beside the database. Whoever commits something that others should look at touches it; whoever works
 * watches it. Watching the database's own files misses changes.
 */
export class WakeFile {
  private readonly path: string;
  private watcher: FSWatcher | undefined;

  constructor(database: string) {
    this.path = `${database}-wake`;
    closeSync(openSync(this.path, 'a'));
  }

  touch(): void {
    const now = new Date();
    utimesSync(this.path, now, now);
  }

  /** @param onError where the watch ends by itself: the file is gone. */
  watch(onTouch: () => void, onError: (error: Error) => void): void {
    this.watcher = watch(this.path, onTouch);
    this.watcher.on('error', onError);
  }

  unwatch(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }
}
