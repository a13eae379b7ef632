// The name by which docs/getting-started.md imports its first block.
export * from './getting-started.snippets.js';
