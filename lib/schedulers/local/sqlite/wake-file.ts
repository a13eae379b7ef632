import { type FSWatcher, closeSync, openSync, utimesSync, watch } from 'node:fs';
import { LineLogger } from '../../../jobs/line.logger.js';
import { messageOf } from '../../../jobs/thrown.js';

/**
 * A small file beside the database. Whoever commits something that others should look at touches it; whoever works
 * watches it. Watching the database's own files misses changes.
 */
export class WakeFile {
  private readonly logger = new LineLogger('SqliteScheduler');
  private readonly path: string;
  private watcher: FSWatcher | undefined;

  constructor(database: string) {
    this.path = `${database}-wake`;
  }

  /** What was to be told is committed already: that it cannot be told must not look like a failure of the write. */
  touch(): void {
    const now = new Date();
    try {
      utimesSync(this.path, now, now);
    } catch {
      this.create();
    }
  }

  watch(onTouch: () => void): void {
    if (!this.create()) return;
    try {
      this.watcher = this.watcherOf(onTouch);
    } catch (error) {
      this.logger.warn(
        `${this.path} cannot be watched (${messageOf(error)}): what other processes schedule is noticed within a second. ` +
          'Where it is for want of watches, raise fs.inotify.max_user_watches and max_user_instances.',
      );
    }
  }

  private watcherOf(onTouch: () => void): FSWatcher {
    const watcher = watch(this.path, (event) => {
      // Somebody has deleted it: what is watched is no longer what others touch.
      if (event === 'rename' && this.watcher === watcher) this.watchAnew(onTouch);
      onTouch();
    });
    watcher.on('error', () => {}); // the once-a-second maintenance looks after the rest
    return watcher;
  }

  unwatch(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }

  private watchAnew(onTouch: () => void): void {
    this.unwatch();
    this.watch(onTouch);
  }

  private create(): boolean {
    try {
      closeSync(openSync(this.path, 'a'));
      return true;
    } catch {
      return false; // the folder is gone, say: the store notices by its own file
    }
  }
}
