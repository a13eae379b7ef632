// Sends many commands through one process on each scheduler, and says how much memory it has after a tenth of them and at
// the end: npm run bench:soak -- [--engine NAME] [--count N]
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SOAKED } from './support/soaked.mjs';

const PROGRAM = fileURLToPath(new URL('./support/soak-process.mjs', import.meta.url));
/** Beyond this the process grows. */
const MOST_GROWTH = 0.1;

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', multiple: true, default: Object.keys(SOAKED) },
    count: { type: 'string', default: '1000000' },
  },
});

function soak(engine) {
  return new Promise((resolve, reject) => {
    const child = fork(PROGRAM, [engine, options.count], {
      execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    });
    let figures;
    child.on('message', (message) => (figures = message));
    child.once('exit', (code) =>
      figures ? resolve(figures) : reject(new Error(`The process ended with ${code}, and no figures.`)),
    );
  });
}

for (const engine of options.engine) {
  try {
    const { early, end, seconds } = await soak(engine);
    const growth = end.heap / early.heap - 1;
    const grew = growth > MOST_GROWTH ? 'GROWS' : 'flat';
    if (growth > MOST_GROWTH) process.exitCode = 1;
    console.log(
      `${engine}: ${grew}. Heap ${early.heap.toFixed(1)} MB after a tenth, ${end.heap.toFixed(1)} MB at the end ` +
        `(${(growth * 100).toFixed(1)} %); process ${early.rss.toFixed(0)} and ${end.rss.toFixed(0)} MB; ` +
        `${Math.round(Number(options.count) / seconds).toLocaleString('en')} commands/s`,
    );
  } catch (error) {
    process.exitCode = 1;
    console.error(`${engine} failed: ${error.message}`);
  }
}
