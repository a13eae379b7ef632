import { useEffect, useState } from 'preact/hooks';
import { type Notice, dismiss, notices } from '../state/notices.js';
import { useStore } from '../state/store.js';
import { Icon } from './icon.js';

export function NoticeList() {
  const shown = useStore(notices);
  return (
    <section class="notices" aria-label="Notices">
      <div role="log" aria-live="polite" aria-relevant="additions">
        {shown.map((notice) => (
          <NoticeCard key={notice.id} notice={notice} />
        ))}
      </div>
    </section>
  );
}

function NoticeCard({ notice }: { notice: Notice }) {
  const { id, text, tone, undo, hurry, link, stays } = notice;
  const [isWatched, setWatched] = useState(false);
  useEffect(() => {
    // What is held back goes when it is sent. Nothing goes while it is read.
    if (stays === undefined || hurry || isWatched) return undefined;
    const timer = setTimeout(() => dismiss(id), stays);
    return () => clearTimeout(timer);
  }, [id, stays, isWatched]);
  const watch = { onMouseEnter: () => setWatched(true), onMouseLeave: () => setWatched(false) };
  return (
    <div class={`notice tone-${tone} ${hurry ? 'is-held' : ''}`} {...watch}>
      <p>{text}</p>
      {link && <a href={link.href}>{link.text}</a>}
      {undo && (
        <button type="button" class="button is-quiet" onClick={() => (dismiss(id), undo())}>
          Undo
        </button>
      )}
      {hurry ? (
        <button type="button" class="button is-quiet" onClick={hurry}>
          Do it now
        </button>
      ) : (
        <button
          type="button"
          class="button is-quiet is-icon"
          aria-label="Dismiss"
          onClick={() => dismiss(id)}
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
