import { useEffect, useState } from 'preact/hooks';

/** What the browser's clock lags behind the server's, in ms. */
let lag = 0;

const tickers = new Set<() => void>();
setInterval(() => {
  for (const tick of tickers) tick();
}, 1_000);

export function setServerTime(now: string): void {
  const difference = Date.parse(now) - Date.now();
  // Under a second or two it is the way of the answer, not the clock.
  lag = Math.abs(difference) > 2_000 ? difference : 0;
}

/** By the server's clock, which is the one that jobs run by. */
export function serverNow(): number {
  return Date.now() + lag;
}

/** Renders again only when the text changes, looked at every second. */
export function useTicking(text: () => string): string {
  const current = text();
  const [, setShown] = useState(current);
  useEffect(() => {
    const tick = () => setShown(text());
    tickers.add(tick);
    return () => void tickers.delete(tick);
  });
  return current;
}
