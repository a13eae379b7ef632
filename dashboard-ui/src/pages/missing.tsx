import { Empty } from '../parts/messages.js';
import { Page } from '../parts/page.js';
import { href } from '../state/route.js';

export function MissingPage() {
  return (
    <Page title="Not found">
      <Empty title="There is no such page.">
        <a href={href('overview')}>Go to the overview</a>
      </Empty>
    </Page>
  );
}
