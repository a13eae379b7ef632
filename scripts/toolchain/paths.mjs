import { fileURLToPath } from 'node:url';

/** The absolute path of something in the repository, whatever the current directory is. */
export const inRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
