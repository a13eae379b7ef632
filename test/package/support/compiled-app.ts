import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository, run } from './repository.js';

export type ModuleKind = 'esm' | 'commonjs';

/** What Nest's own templates set, and its older ones for CommonJS, where TypeScript reads no `exports`. */
const MODULES = {
  esm: { module: 'nodenext', moduleResolution: 'nodenext' },
  commonjs: { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' },
} as const;

/** Compiles the app of this folder's parent in `folder`, and complains of types as a user's build would. */
export async function compileApp(kind: ModuleKind, folder: string): Promise<void> {
  const source = join(folder, kind);
  mkdirSync(source);
  const type = kind === 'esm' ? 'module' : 'commonjs';
  writeFileSync(join(source, 'package.json'), JSON.stringify({ private: true, type }));
  cpSync(inRepository('test/package/app/main.ts'), join(source, 'main.ts'));
  const compilerOptions = {
    ...MODULES[kind],
    target: 'ES2023',
    types: ['node'],
    typeRoots: [inRepository('node_modules/@types')],
    strict: true,
    skipLibCheck: true,
    esModuleInterop: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    rootDir: '.',
  };
  writeFileSync(join(source, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
  const tsc = inRepository('node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '--project', source], source);
}
