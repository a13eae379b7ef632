import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { moveCommand } from '../../../lib/cli/move.command.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

interface Address {
  readonly address: string;
}

/** Runs the command, and gives what it told. */
export async function runMove(from: Address, to: Address, ...more: string[]) {
  const json = join(temporaryFolder(), 'move.json');
  const lines: string[] = [];
  const args = ['--from', from.address, '--to', to.address, '--json', json, ...more];
  const code = await moveCommand.run(args, (line) => lines.push(line));
  return { code, lines, text: lines.join('\n'), report: JSON.parse(readFileSync(json, 'utf8')) };
}
