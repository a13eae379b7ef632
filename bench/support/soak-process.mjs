// node soak-process.mjs ENGINE COUNT: tells its memory after a tenth of the commands and at the end.
import { SendReminder, handled, schedulersOf, startApp } from './app.mjs';
import { SOAKED } from './soaked.mjs';

const [engine, count] = [process.argv[2], Number(process.argv[3])];
const AT_ONCE = 2_000;

function memory() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed / 1024 / 1024, rss: rss / 1024 / 1024 };
}

/** The next are scheduled when those before have run: what waits is always as much. */
async function send(commands, from, to) {
  for (let i = from; i < to; i += AT_ONCE) {
    const wanted = Math.min(i + AT_ONCE, to);
    const done = new Promise((resolve) => {
      handled.onCommand = () => handled.count === wanted && resolve();
    });
    await Promise.all(
      Array.from({ length: wanted - i }, (_, j) => commands.schedule(new SendReminder(i + j), 0)),
    );
    await done;
  }
}

await SOAKED[engine](async (scheduler) => {
  const app = await startApp({ scheduler, worker: { concurrency: 50 } });
  const { commands } = schedulersOf(app);
  const began = performance.now();
  await send(commands, 0, count / 10);
  const early = memory();
  await send(commands, count / 10, count);
  const end = memory();
  process.send({ early, end, seconds: (performance.now() - began) / 1000 });
  await app.close();
});
process.exit();
