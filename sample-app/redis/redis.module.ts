import { Module } from '@nestjs/common';
import { RedisConfig } from './redis.config.js';

@Module({ providers: [RedisConfig], exports: [RedisConfig] })
export class RedisModule {}
