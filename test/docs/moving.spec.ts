import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { storeAddress } from '../../lib/cli/move/store-address.js';

it('A file that exports a scheduler is taken for the source or the target of a move', async () => {
  const address = storeAddress(fileURLToPath(new URL('./moving.snippets.ts', import.meta.url)));
  expect(await address.factory('target')).toMatchObject({ kind: 'bullmq' });
});
