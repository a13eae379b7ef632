import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EventFlowJobsError } from '../eventflow-jobs.error.js';
import { buildApp } from './app.js';
import type { CliCommand } from './command.js';
import { differences } from './manifest/comparison.js';
import { type Manifest, manifestOf } from './manifest/manifest.js';

const USAGE = `npx nestjs-eventflow-jobs manifest --app dist/app.module.js [--export NAME] [--out FILE | --check FILE]

Lists every job, command and value with the shape of its data: the fields of its class, the types of its
constructor's parameters where TypeScript tells them, its schema. Commit the list; --check fails where a shape has
changed and its version has not.

  --app FILE     the built file that exports the app's root module
  --export NAME  the name that it is exported by: AppModule, or the default export
  --out FILE     writes the list to this file; without it, it is printed
  --check FILE   compares with the list in this file instead

Exit code 0: nothing to object to. 1: a shape has changed under its version. 2: it could not be looked at.`;

export const manifestCommand: CliCommand = {
  name: 'manifest',
  summary: 'the definitions of this build and the shape of their data, to be compared in CI',
  usage: USAGE,
  async run(args, out) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        app: { type: 'string' },
        export: { type: 'string' },
        out: { type: 'string' },
        check: { type: 'string' },
      },
    });
    if (values.app === undefined || (values.out !== undefined && values.check !== undefined)) {
      out(USAGE);
      return 2;
    }
    const app = await buildApp(values.app, values.export);
    app.core.discover();
    const manifest = manifestOf(app.jobs, app.commands, app.core.mapper.values);
    await app.close();
    if (values.check !== undefined) return compare(readManifest(values.check), manifest, out);
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    if (values.out === undefined) out(text.trimEnd());
    else writeFileSync(values.out, text);
    return 0;
  },
};

function compare(before: Manifest, now: Manifest, out: (line: string) => void): number {
  const { changed, notes } = differences(before, now);
  for (const line of [...changed, ...notes]) out(line);
  if (changed.length === 0)
    out(`No definition has changed its shape under its version: ${now.definitions.length}.`);
  return changed.length === 0 ? 0 : 1;
}

function readManifest(file: string): Manifest {
  if (!existsSync(file)) {
    throw new EventFlowJobsError(
      `${file} is not there: make it by \`manifest --out ${file}\`, and commit it.`,
    );
  }
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    if (Array.isArray(manifest.definitions)) return manifest;
  } catch (cause) {
    throw new EventFlowJobsError(`${file} is no JSON: make it anew by \`manifest --out\`.`, { cause });
  }
  throw new EventFlowJobsError(`${file} is no list of definitions: make it anew by \`manifest --out\`.`);
}
