import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordOf } from './output.js';

const inRepository = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/**
 * The app and the library, compiled into a folder of their own, as if the library were installed there: what others
 * build in this clone at the same time does not matter.
 */
export class CompiledApp {
  private readonly folder = mkdtempSync(join(tmpdir(), 'order-service-app-'));
  readonly main = join(this.folder, 'sample-app/main.js');

  static async compile(): Promise<CompiledApp> {
    const app = new CompiledApp();
    await app.compile();
    return app;
  }

  private async compile(): Promise<void> {
    const { name, type, exports } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as {
      exports: object;
    } & Record<string, unknown>;
    const ours = JSON.stringify({ name, type, exports }).replaceAll('./dist/', './lib/');
    writeFileSync(join(this.folder, 'package.json'), ours);
    symlinkSync(inRepository('node_modules'), join(this.folder, 'node_modules'), 'junction');

    const options = ['--project', inRepository('tsconfig.nest.json'), '--outDir', this.folder, '--noCheck'];
    const compiler = spawn(process.execPath, [inRepository('node_modules/typescript/bin/tsc'), ...options]);
    const output = recordOf(compiler);
    const [code] = (await once(compiler, 'close')) as [number | null];
    if (code !== 0) throw new Error(`The app could not be compiled:\n${output.text}`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
