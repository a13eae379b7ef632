import { overview } from '../api/live.js';
import type { EntryDetail } from '../api/types.js';
import { notify } from '../state/notices.js';
import { useStore } from '../state/store.js';
import { Icon } from './icon.js';

export function EntryData({ entry: { data, metadata } }: { entry: EntryDetail }) {
  const areHidden = useStore(overview)?.payloads === false;
  const pairs = Object.entries(metadata ?? {});
  return (
    <>
      <section class="panel" aria-labelledby="data">
        <div class="panel-head">
          <h2 id="data">Data</h2>
          {!areHidden && <CopyButton text={pretty(data)} />}
        </div>
        {areHidden ? (
          <p class="hint">
            Data and metadata are hidden. The app shows them by <code>payloads: true</code> of{' '}
            <code>JobsDashboardModule.forRoot()</code>.
          </p>
        ) : (
          <pre tabIndex={0} role="region" aria-label="Data">
            {pretty(data)}
          </pre>
        )}
      </section>
      {pairs.length > 0 && (
        <section class="panel" aria-labelledby="metadata">
          <h2 id="metadata">Metadata</h2>
          <dl class="facts">
            {pairs.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}

function CopyButton({ text }: { text: string }) {
  // Only where the page came by https, or from this machine.
  if (!isSecureContext) return null;
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => notify('Copied.'),
      () => notify('The browser does not let this page copy.', { tone: 'bad' }),
    );
  return (
    <button type="button" class="button is-quiet" onClick={() => void copy()}>
      <Icon name="copy" /> Copy
    </button>
  );
}

const pretty = (data: unknown) => JSON.stringify(data, undefined, 2) ?? 'undefined';
