import type { EntrySummary } from '../api/types.js';

export function Progress({ of: { fraction, note } }: { of: NonNullable<EntrySummary['progress']> }) {
  const percent = Math.round(fraction * 100);
  return (
    <span class="progress">
      <progress max={100} value={percent} aria-label="Progress" />
      <span>
        {percent} %{note && ` · ${note}`}
      </span>
    </span>
  );
}
