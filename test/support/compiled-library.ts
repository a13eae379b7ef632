import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const inRepository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The library as it is now, compiled into a folder of its own: Node runs no decorators of TypeScript. */
export class CompiledLibrary {
  readonly folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-library-'));

  static async compile(): Promise<CompiledLibrary> {
    const library = new CompiledLibrary();
    await library.compile();
    return library;
  }

  private async compile(): Promise<void> {
    writeFileSync(join(this.folder, 'package.json'), '{ "type": "module" }');
    symlinkSync(inRepository('node_modules'), join(this.folder, 'node_modules'), 'junction');
    const options = ['--composite', 'false', '--incremental', 'false', '--declaration', 'false'];
    await promisify(execFile)(process.execPath, [
      inRepository('node_modules/typescript/bin/tsc'),
      ...['--project', inRepository('tsconfig.build.json'), '--outDir', this.folder, '--noCheck'],
      ...[...options, '--tsBuildInfoFile', 'null', '--sourceMap', 'false', '--inlineSources', 'false'],
    ]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
