import { DatabaseSync } from 'node:sqlite';
import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DATABASE, type Database } from './database.js';
import { DatabaseConfig } from './database.config.js';
import { openDatabase } from './open-database.js';

@Module({
  providers: [DatabaseConfig, { provide: DATABASE, inject: [DatabaseConfig], useFactory: openDatabase }],
  exports: [DATABASE],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.database instanceof DatabaseSync) this.database.close();
    else await this.database.end();
  }
}
