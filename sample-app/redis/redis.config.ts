import { Injectable } from '@nestjs/common';

@Injectable()
export class RedisConfig {
  /** The Redis that holds what is scheduled; without one, the database of the orders does. */
  readonly url?: string = process.env.REDIS_URL || undefined;
  /** Apps that share a Redis are told apart by it. */
  readonly prefix: string = process.env.REDIS_PREFIX || 'order-service';
}
