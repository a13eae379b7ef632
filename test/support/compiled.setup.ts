import type { TestProject } from 'vitest/node';
import { CompiledApp } from '../../sample-app/test/support/compiled-app.js';
import { CompiledLibrary } from './compiled-library.js';
import { openDesk } from './desk.js';

/** What processes of their own run: the library and the sample app, each compiled once for the whole run. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const library = await openDesk(
    () => CompiledLibrary.compile(),
    ({ folder }) => folder,
  );
  const app = await openDesk(
    () => CompiledApp.compile(),
    ({ main }) => main,
  );
  project.provide('compiledLibrary', library.url);
  project.provide('compiledApp', app.url);
  return async () => {
    (await library.close())?.remove();
    (await app.close())?.remove();
  };
}
