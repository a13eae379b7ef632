import type { DatabaseSync } from 'node:sqlite';
import type { Pool } from 'pg';

/** Holds orders, and what is scheduled unless Redis does: an SQLite file, or PostgreSQL. */
export type Database = DatabaseSync | Pool;

export const DATABASE = Symbol('DATABASE');
