import { EventFlowJobsError } from '../../eventflow-jobs.error.js';
import type { BullMqConnection } from './bullmq.options.js';
import type { Cluster, ClusterOptions, Drivers, Redis, RedisOptions } from './drivers.js';

export type Client = Redis | Cluster;

/** Longer than this to connect is not to be waited for: a call may take `operationTimeout` in all. */
const CONNECT_MS = 2_000;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;

const retryStrategy = (times: number) => Math.min(FIRST_PAUSE * 2 ** Math.min(times, 10), LONGEST_PAUSE);

/** Makes connections of one kind each. None is open before it is asked to connect. */
export class Connections {
  constructor(
    private readonly given: BullMqConnection,
    private readonly drivers: Drivers,
    /** In ms. */
    private readonly operationTimeout: number,
  ) {
    if (isClient(given) && typeof given.evalsha !== 'function') {
      throw new EventFlowJobsError(
        'bullMqScheduler() was given a `connection` that is no client of ioredis (of the package redis, perhaps): pass ' +
          'its URL, or a client or cluster of ioredis.',
      );
    }
  }

  /**
   * For calls: what cannot be sent now fails now, and is never sent later behind the caller's back. The same for workers,
   * which report again what could not be reported.
   */
  forCalls(): Client {
    return this.make({
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      // A connection that is cut without a word shows only when it is used.
      socketTimeout: this.operationTimeout + LONGEST_PAUSE,
    });
  }

  /** For listening: comes back, and listens again, by itself. */
  forListening(): Client {
    return this.make({ enableOfflineQueue: true, maxRetriesPerRequest: null, autoResubscribe: true });
  }

  private make(ours: RedisOptions): Client {
    const options: RedisOptions = {
      ...ours,
      lazyConnect: true,
      connectTimeout: Math.min(CONNECT_MS, this.operationTimeout),
      keepAlive: 5_000,
      retryStrategy,
      stringNumbers: false,
    };
    const client = this.connectionWith(options);
    // Only now is it seen wherever it stood: in the options, in those of the nodes, in the URL.
    if (client.options.keyPrefix) {
      throw new EventFlowJobsError(
        "bullMqScheduler() cannot use a connection with ioredis's keyPrefix, which scripts do not see: use its own " +
          'option `prefix`.',
      );
    }
    // Without a listener each try to reconnect would be written to the console; whoever calls is told.
    client.on('error', () => {});
    return client;
  }

  private connectionWith(options: RedisOptions): Client {
    const { given } = this;
    if (typeof given === 'string') return this.connectionTo(given, options);
    if (isCluster(given)) return given.duplicate([], clusterOptions(given, options));
    if (isClient(given)) return given.duplicate(options);
    const { url, ...rest } = given;
    const all = { ...rest, ...options };
    return url === undefined ? new this.drivers.Redis(all) : this.connectionTo(url, all);
  }

  private connectionTo(url: string, options: RedisOptions): Client {
    try {
      return new this.drivers.Redis(url, options);
    } catch {
      // Without what the parser says, which quotes all of it, the password as well.
      throw new EventFlowJobsError(
        'bullMqScheduler() was given a `connection` that is no URL: redis://user:password@host:6379, with what is ' +
          'special in the password percent-encoded.',
      );
    }
  }
}

function clusterOptions({ options: given }: Cluster, options: RedisOptions): ClusterOptions {
  const { enableOfflineQueue = true, lazyConnect = true, ...ofNodes } = options;
  return {
    ...given,
    enableOfflineQueue,
    lazyConnect,
    clusterRetryStrategy: retryStrategy,
    redisOptions: { ...given.redisOptions, ...ofNodes },
  };
}

function isClient(given: BullMqConnection): given is Client {
  return typeof (given as Redis).duplicate === 'function';
}

function isCluster(given: BullMqConnection): given is Cluster {
  return isClient(given) && given.isCluster;
}
