import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { askAt } from '../../support/desk.js';

const inRepository = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** A folder as an app has it when it is built: the package in its `node_modules`, and files of its own. */
export class BuiltApps {
  readonly folder = mkdtempSync(join(tmpdir(), 'eventflow-jobs-app-'));

  async build(): Promise<void> {
    const library = await askAt(inject('compiledLibrary'));
    const modules = join(this.folder, 'node_modules');
    const installed = join(modules, 'nestjs-eventflow-jobs');
    mkdirSync(installed, { recursive: true });
    cpSync(library, join(installed, 'dist'), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
    cpSync(inRepository('package.json'), join(installed, 'package.json'));
    for (const name of ['@nestjs', 'rxjs', 'reflect-metadata', 'croner', 'superjson'])
      symlinkSync(inRepository(`node_modules/${name}`), join(modules, name), 'junction');
  }

  /** @returns the path of the file. */
  write(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** Runs a command of the package, as `npx` would. */
  run(...args: string[]): Promise<{ code: number; out: string; errors: string }> {
    const program = join(this.folder, 'node_modules/nestjs-eventflow-jobs/dist/cli/main.js');
    return new Promise((resolve) => {
      execFile(process.execPath, [program, ...args], { cwd: this.folder }, (error, out, errors) => {
        resolve({ code: error ? Number(error.code) : 0, out, errors });
      });
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
