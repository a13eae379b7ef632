import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { DatabaseConfig } from './database.config.js';

@Module({
  providers: [DatabaseConfig, { provide: DatabaseSync, inject: [DatabaseConfig], useFactory: openDatabase }],
  exports: [DatabaseSync],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly database: DatabaseSync) {}

  onApplicationShutdown(): void {
    this.database.close();
  }
}

function openDatabase({ file }: DatabaseConfig): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  // Other processes may have the file open: their writes are waited for, for a second.
  database.exec('PRAGMA busy_timeout = 1000; PRAGMA journal_mode = WAL');
  return database;
}
