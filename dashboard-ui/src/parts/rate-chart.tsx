import { useEffect, useRef, useState } from 'preact/hooks';
import type { RatePoint } from '../api/types.js';
import { serverNow, useTicking } from '../state/clock.js';
import { type Minute, SERIES, STEP_MS, inFives, minutesOf, roundTop, totalOf } from './minutes.js';
import { clock, number } from './text.js';

const HEIGHT = 180;
const EDGE = { top: 8, right: 4, bottom: 20, left: 36 };
const MINUTE = 60_000;

/** What happened in the last hour, minute by minute. */
export function RateChart({ points }: { points: readonly RatePoint[] }) {
  const [hovered, setHovered] = useState<number | undefined>();
  const now = serverNow();
  // So that it moves on while nothing happens.
  useTicking(() => String(Math.floor(serverNow() / STEP_MS)));
  const minutes = minutesOf(points, now);
  const shown = hovered === undefined ? undefined : minutes[hovered];
  const total = totalOf(minutes);
  const values = shown ?? total;
  return (
    <section class="panel" aria-labelledby="rates">
      <div class="panel-head">
        <h2 id="rates">The last hour</h2>
        <p class="hint">
          {shown ? `At ${clock(new Date(shown.at))}` : 'As this process saw it, by the minute'}
        </p>
      </div>
      <ul class="legend" aria-label={shown ? 'In this minute' : 'In the last hour'}>
        {SERIES.map((series) => (
          <li key={series} class={`series-${series}`}>
            {series} <strong>{number(values[series])}</strong>
          </li>
        ))}
      </ul>
      <Plot minutes={minutes} hovered={hovered} onHover={setHovered} />
      <details>
        <summary>Show as a table</summary>
        <RateTable minutes={minutes} />
      </details>
    </section>
  );
}

interface PlotProps {
  readonly minutes: readonly Minute[];
  readonly hovered: number | undefined;
  readonly onHover: (index: number | undefined) => void;
}

function Plot({ minutes, hovered, onHover }: PlotProps) {
  const ref = useRef<SVGSVGElement>(null);
  const width = useWidth(ref);
  const top = roundTop(Math.max(...minutes.flatMap((minute) => SERIES.map((series) => minute[series]))));
  const inner = { width: width - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom };
  const x = (index: number) => EDGE.left + (index / (minutes.length - 1)) * inner.width;
  const y = (value: number) => EDGE.top + (1 - value / top) * inner.height;
  const onMove = (event: PointerEvent) => {
    const left = ref.current?.getBoundingClientRect().left ?? 0;
    const index = Math.round(((event.clientX - left - EDGE.left) / inner.width) * (minutes.length - 1));
    onHover(Math.min(minutes.length - 1, Math.max(0, index)));
  };
  const line = (series: (typeof SERIES)[number]) =>
    minutes
      .map(
        (minute, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(minute[series]).toFixed(1)}`,
      )
      .join('');
  const base = y(0);
  return (
    <svg
      ref={ref}
      class="chart"
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      role="img"
      aria-label="Lines of what was scheduled, succeeded, failed and retried in the last hour. The table below says the same."
      onPointerMove={onMove}
      onPointerLeave={() => onHover(undefined)}
    >
      {[0, top / 2, top].map((value) => (
        <g key={value}>
          <line class="grid" x1={EDGE.left} x2={width - EDGE.right} y1={y(value)} y2={y(value)} />
          <text class="axis" x={EDGE.left - 6} y={y(value) + 4} text-anchor="end">
            {number(value)}
          </text>
        </g>
      ))}
      {ticksOf(minutes, (width < 480 ? 20 : 10) * MINUTE).map(({ at, index }) => (
        <text key={at} class="axis" x={x(index)} y={HEIGHT - 4} text-anchor="middle">
          {clock(new Date(at))}
        </text>
      ))}
      <path class="area" d={`${line('succeeded')}L${x(minutes.length - 1)} ${base}L${x(0)} ${base}Z`} />
      {SERIES.map((series) => (
        <path key={series} class={`line series-${series}`} d={line(series)} />
      ))}
      {hovered !== undefined && (
        <line class="crosshair" x1={x(hovered)} x2={x(hovered)} y1={EDGE.top} y2={base} />
      )}
    </svg>
  );
}

/** Round times, by the reader's clock, and where they lie among the minutes. */
function ticksOf(minutes: readonly Minute[], every: number): { at: number; index: number }[] {
  const begin = minutes[0]!.at;
  const zone = new Date(begin).getTimezoneOffset() * MINUTE;
  const first = Math.ceil((begin - zone) / every) * every + zone;
  const ticks = Array.from({ length: 7 }, (_, n) => first + n * every);
  const last = minutes.length - 1;
  // Those at the edges would be cut off.
  return ticks
    .map((at) => ({ at, index: (at - begin) / MINUTE }))
    .filter(({ index }) => index > 1.5 && index < last - 1.5);
}

function RateTable({ minutes }: { minutes: readonly Minute[] }) {
  return (
    <table class="rates">
      <caption class="unseen">What happened in the last hour, by five minutes, newest first</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          {SERIES.map((series) => (
            <th scope="col" class="is-number" key={series}>
              {series}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {inFives(minutes).map((five) => (
          <tr key={five.at}>
            <th scope="row">{clock(new Date(five.at))}</th>
            {SERIES.map((series) => (
              <td class="is-number" key={series}>
                {number(five[series])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function useWidth(ref: { current: SVGSVGElement | null }): number {
  const [width, setWidth] = useState(720);
  useEffect(() => {
    const observer = new ResizeObserver(
      ([entry]) => entry && setWidth(Math.max(240, Math.round(entry.contentRect.width))),
    );
    if (ref.current) observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return width;
}
