// Prints the memory of a process that has stored 10,000 entries, in MB: node embedded-memory.mjs sqlite | pglite
import { startPglite, startSqlite, withFolder } from './embedded.mjs';

const start = process.argv[2] === 'sqlite' ? startSqlite : startPglite;
await withFolder(async (folder) => {
  const store = await start(folder);
  await store.schedule(Number(process.argv[3]));
  globalThis.gc?.();
  console.log(process.memoryUsage.rss() / 1024 / 1024);
  await store.close();
});
process.exit();
