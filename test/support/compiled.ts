import { beforeAll, inject } from 'vitest';
import { askAt } from './desk.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where to ask for the folder. */
    compiledLibrary: string;
    /** Where to ask for the program. */
    compiledApp: string;
  }
}

/** A compiler on a busy machine, in ms. */
const PATIENCE = 120_000;

/** The folder of the library as it is now, compiled; all of the run share it. There when the tests of the file begin. */
export function useCompiledLibrary(): { readonly folder: string } {
  const library = { folder: '' };
  beforeAll(async () => {
    library.folder = await askAt(inject('compiledLibrary'));
  }, PATIENCE);
  return library;
}

/** The sample app as it is now, compiled, in the same way. */
export function useCompiledApp(): { readonly main: string } {
  const app = { main: '' };
  beforeAll(async () => {
    app.main = await askAt(inject('compiledApp'));
  }, PATIENCE);
  return app;
}
