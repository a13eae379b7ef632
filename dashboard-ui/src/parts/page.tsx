import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

interface Props {
  readonly title: string;
  /** Beside the title: what can be done to all of it. */
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Page({ title, tools, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Jobs`;
  }, [title]);
  return (
    <>
      <div class="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {tools && <div class="tools">{tools}</div>}
      </div>
      {children}
    </>
  );
}
