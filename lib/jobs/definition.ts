import type { Type } from '@nestjs/common';

/**
 * A logical name, a version, and the class that stands for them.
 *
 * @publicApi
 */
export interface Definition {
  readonly name: string;
  readonly version: number;
  readonly type: Type;
}

/**
 * What `@JobVersion` and `@CommandVersion` take beside name and version.
 *
 * @publicApi
 */
export interface VersionOptions {
  /**
   * A [Standard Schema](https://standardschema.dev) for the data (zod, valibot, arktype): checked when scheduled and
   * when run. It only checks; what it would transform stays as it is.
   */
  schema?: object;
  /** Names that this definition had before: entries stored under them run under this one. */
  aliases?: string[];
  /** `{ n: f }`: f turns data of version n into data of version n + 1. */
  // oxlint-disable-next-line typescript/no-explicit-any -- data of a version that has no class any more
  upgrade?: Record<number, (data: any) => unknown>;
}

/** A definition with all that was said about it. */
export interface VersionedDefinition extends Definition {
  readonly options: VersionOptions;
}
