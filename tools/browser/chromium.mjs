// @ts-check
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installed } from '../servers/debian.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome.exe'];
const PLACES = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The path of a Chromium: that of `CHROMIUM`, the machine's, or one that is installed where the machine lets us.
 * @returns {Promise<string>}
 */
export async function findChromium() {
  const found = process.env.CHROMIUM ?? ofMachine() ?? (await installed('chromium', ofMachine));
  if (found) return found;
  throw new Error(
    'No Chromium was found: install chromium, or name the path of one, or of a Chrome, in CHROMIUM.',
  );
}

/** @returns {string | undefined} */
function ofMachine() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const inPath = [...folders, '/usr/bin'].flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...inPath, ...PLACES].find((path) => existsSync(path));
}
