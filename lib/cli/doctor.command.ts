import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildApp } from './app.js';
import type { CliCommand } from './command.js';
import { type Diagnosis, examine } from './doctor/examination.js';
import { reportOf } from './doctor/report.js';

const USAGE = `npx nestjs-eventflow-jobs doctor --app dist/app.module.js [--export NAME] [--allow-unknown] [--json FILE]

Against the store that is running: does this build know, upgrade and revive every pending entry and recurring job? It
puts the app together without starting it, reads, runs nothing and changes nothing.

  --app FILE       the built file that exports the app's root module
  --export NAME    the name that it is exported by: AppModule, or the default export
  --allow-unknown  entries of names that this build does not know are other apps' business
  --json FILE      writes the findings to this file too

Exit code 0: all of it runs on this build. 1: some of it does not. 2: it could not be looked at.`;

export const doctorCommand: CliCommand = {
  name: 'doctor',
  summary: 'whether this build can run all that is pending in the store',
  usage: USAGE,
  async run(args, out) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        app: { type: 'string' },
        export: { type: 'string' },
        'allow-unknown': { type: 'boolean', default: false },
        json: { type: 'string' },
      },
    });
    if (values.app === undefined) {
      out(USAGE);
      return 2;
    }
    const app = await buildApp(values.app, values.export);
    let diagnosis: Diagnosis;
    try {
      diagnosis = await examine(app);
    } finally {
      await app.close();
    }
    for (const line of reportOf(diagnosis)) out(line);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(diagnosis, null, 2)}\n`);
    const { refused, unknown } = diagnosis.totals;
    return refused > 0 || (unknown > 0 && !values['allow-unknown']) ? 1 : 0;
  },
};
