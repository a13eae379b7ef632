import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Injectable } from '@nestjs/common';

/** Beside this file in the package; in `dist/` where the library runs from its sources. */
const FOLDERS = ['./ui', '../../dist/dashboard/ui'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/** One file of the pages. */
export interface UiFile {
  readonly type: string;
  readonly body: Buffer;
}

/**
 * The pages as they were built. They are read once, by the names that lie in their folder: what a request asks for is
 * looked up among these, and never made a path.
 */
@Injectable()
export class UiFiles {
  private loading: Promise<ReadonlyMap<string, UiFile>> | undefined;

  /** Gives none where the pages are not built. */
  async all(): Promise<ReadonlyMap<string, UiFile>> {
    const files = await (this.loading ??= readFirst(this.folders()));
    if (files.size === 0) this.loading = undefined; // they may be built meanwhile
    return files;
  }

  protected folders(): readonly string[] {
    return FOLDERS;
  }
}

async function readFirst(folders: readonly string[]): Promise<ReadonlyMap<string, UiFile>> {
  for (const folder of folders) {
    const files = await readAll(folder);
    if (files.has('index.html')) return files;
  }
  return new Map();
}

async function readAll(folder: string): Promise<Map<string, UiFile>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = found.filter((one) => one.isFile() && TYPES[extname(one.name)] !== undefined);
  return new Map(
    await Promise.all(
      files.map(async ({ parentPath, name }): Promise<[string, UiFile]> => {
        const path = join(parentPath, name);
        const relative = path.slice(join(folder, '/').length).replaceAll('\\', '/');
        return [relative, { type: TYPES[extname(name)]!, body: await readFile(path) }];
      }),
    ),
  );
}
