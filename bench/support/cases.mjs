import { readdirSync } from 'node:fs';

const FOLDER = new URL('../cases/', import.meta.url);

/** Every case there is, by its file: `sqlite.run.mjs` is case `sqlite.run` of engine `sqlite`. */
export const CASES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => ({
    name: file.slice(0, -'.mjs'.length),
    engine: file.split('.')[0],
    file: new URL(file, FOLDER).href,
  }));
