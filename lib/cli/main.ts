#!/usr/bin/env node
import { messageOf } from '../jobs/thrown.js';
import type { CliCommand } from './command.js';
import { doctorCommand } from './doctor.command.js';
import { manifestCommand } from './manifest.command.js';
import { moveCommand } from './move.command.js';

const COMMANDS: readonly CliCommand[] = [doctorCommand, manifestCommand, moveCommand];

const HELP = `npx nestjs-eventflow-jobs COMMAND

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join('\n')}

npx nestjs-eventflow-jobs COMMAND --help tells more.`;

const print = (line: string) => process.stdout.write(`${line}\n`);

async function main([name, ...args]: readonly string[]): Promise<number> {
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) {
    print(HELP);
    return name === undefined || name === '--help' || name === 'help' ? 0 : 2;
  }
  if (args.includes('--help')) {
    print(command.usage);
    return 0;
  }
  try {
    return await command.run(args, print);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 2;
  }
}

// Providers of an app may have opened what keeps a process alive.
process.exit(await main(process.argv.slice(2)));
