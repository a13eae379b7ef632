import { useEffect, useRef, useState } from 'preact/hooks';
import { type Connection, connection, overview } from '../api/live.js';
import { go, href } from '../state/route.js';
import { useStore } from '../state/store.js';
import { nextTheme, theme } from '../state/theme.js';
import { Icon } from './icon.js';

export function TopBar() {
  return (
    <header class="top-bar">
      <a class="brand" href={href('overview')}>
        Jobs
        <SchedulerName />
      </a>
      <Search />
      <LiveState />
      <ThemeButton />
    </header>
  );
}

function SchedulerName() {
  const status = useStore(overview);
  if (!status) return null;
  return (
    <small>
      {status.scheduler}
      {status.readOnly && ', reading only'}
    </small>
  );
}

function Search() {
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) go(href('search', undefined, { q: text.trim() }));
      }}
    >
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label="Find an entry by id, key or name"
        placeholder="Id, key or name"
        aria-keyshortcuts="Control+K"
        title="Ctrl+K"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
    </form>
  );
}

const WORDS: Readonly<Record<Connection, { text: string; title: string }>> = {
  connecting: { text: 'Connecting', title: 'Waiting for the first word from the server' },
  live: { text: 'Live', title: 'What you see is kept up to date' },
  reconnecting: { text: 'Reconnecting', title: 'The connection broke: what you see may be old' },
};

function LiveState() {
  const state = useStore(connection);
  const { text, title } = WORDS[state];
  return (
    <span class={`live is-${state}`} role="status" title={title}>
      <span class="live-text">{text}</span>
    </span>
  );
}

function ThemeButton() {
  const chosen = useStore(theme);
  const text = `Theme: ${chosen}`;
  return (
    <button type="button" class="button is-quiet is-icon" aria-label={text} title={text} onClick={nextTheme}>
      <Icon name={chosen} />
    </button>
  );
}
