import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The pages of the dashboard, for any path: every address in them is relative, and nothing in them is inline. */
export default defineConfig({
  root: path('.'),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: path('../dist/dashboard/ui'),
    emptyOutDir: true,
    // A data: address would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What is bundled comes with its licence.
    license: { fileName: 'licenses.md' },
    reportCompressedSize: false,
  },
});
