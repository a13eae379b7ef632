// Measures the library beside what one would use instead, on this machine, in one run: npm run bench -- --help
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CASES } from './support/cases.mjs';
import { tableOf } from './support/table.mjs';

const HELP = `npm run bench -- [--engine NAME] [--case NAME] [--quick] [--json FILE]

  --engine NAME  only the cases of this engine: ${[...new Set(CASES.map(({ engine }) => engine))].join(', ')}
  --case NAME    only this one, or those whose names begin so; may be given several times
  --quick        small sizes and few rounds: whether it works, more than how fast it is
  --json FILE    writes the rows to this file too

Cases: ${CASES.map(({ name }) => name).join(', ')}`;

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string' },
    case: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const isWanted = ({ name, engine }) =>
  (options.engine === undefined || engine === options.engine) &&
  (options.case === undefined || options.case.some((one) => name === one || name.startsWith(`${one}.`)));

const PROGRAM = fileURLToPath(new URL('./support/case-process.mjs', import.meta.url));

function measure({ file }, onProgress) {
  return new Promise((resolve, reject) => {
    const child = fork(PROGRAM, [file, options.quick ? 'quick' : 'full'], {
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let errors = '';
    let rows;
    child.stderr.on('data', (text) => (errors += text));
    child.on('message', (message) => (message.rows ? (rows = message.rows) : onProgress(message.progress)));
    child.once('exit', (code) => {
      if (code === 0 && rows) resolve(rows);
      else reject(new Error(errors.trim() || `The case ended with ${code} and no figures.`));
    });
  });
}

if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const wanted = CASES.filter(isWanted);
if (wanted.length === 0) {
  console.error(`No case is called so.\n\n${HELP}`);
  process.exit(2);
}

const show = (text) => process.stderr.isTTY && process.stderr.write(`\r\u001B[K${text}`);
const rows = [];
const failures = [];
for (const [index, one] of wanted.entries()) {
  try {
    rows.push(
      ...(await measure(one, (progress) => show(`${index + 1}/${wanted.length} ${one.name}, ${progress}`))),
    );
  } catch (error) {
    failures.push(`${one.name} failed: ${error.message}`);
  }
}
show('');
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? 'an unknown processor'}`,
);
if (rows.length > 0) console.log(tableOf(rows));
for (const failure of failures) console.error(failure);
if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
process.exitCode = failures.length > 0 ? 1 : 0;
