import { overview } from '../api/live.js';
import { href } from '../state/route.js';
import { useStore } from '../state/store.js';
import { Icon, type IconName } from './icon.js';
import { number } from './text.js';

const PAGES: readonly { readonly page: IconName; readonly title: string }[] = [
  { page: 'overview', title: 'Overview' },
  { page: 'entries', title: 'Entries' },
  { page: 'recurring', title: 'Recurring' },
  { page: 'queues', title: 'Queues' },
  { page: 'workers', title: 'Workers' },
];

export function Navigation({ page: current }: { page: string }) {
  const failed = useStore(overview)?.counts?.failed ?? 0;
  return (
    <nav class="navigation" aria-label="Pages">
      <ul>
        {PAGES.map(({ page, title }) => (
          <li key={page}>
            <a href={href(page)} aria-current={page === current ? 'page' : undefined}>
              <Icon name={page} />
              <span>{title}</span>
              {page === 'entries' && failed > 0 && (
                <span class="alarm" title={`${number(failed)} failed`}>
                  {failed > 999 ? '999+' : failed}
                  <span class="unseen"> failed</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
