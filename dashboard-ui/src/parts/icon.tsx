const PATHS = {
  overview: 'M2 9h3l2-5 3 9 2-4h2',
  entries: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  recurring: 'M13 6.5A5.3 5.3 0 0 0 3.2 5M3 9.5A5.3 5.3 0 0 0 12.800 11M3 2.500V5h2.500M13 13.500V11h-2.500',
  queues: 'M2.500 5 8 2.500 13.500 5 8 7.500zM2.500 8 8 10.500 13.500 8M2.500 11 8 13.500 13.500 11',
  workers:
    'M4.500 4.500h7v7h-7zM6.500 2v2.500M9.500 2v2.500M6.500 11.500V14M9.500 11.500V14M2 6.500h2.500M2 9.500h2.500M11.500 6.500H14M11.500 9.500H14',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.600 10.600 14 14',
  system: 'M8 2.500v11A5.500 5.500 0 0 1 8 2.500zM8 2.500a5.500 5.500 0 0 1 0 11',
  light:
    'M8 10.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM8 1.500v1.500M8 13v1.500M1.500 8H3M13 8h1.500M3.400 3.400l1 1M11.600 11.600l1 1M12.600 3.400l-1 1M4.400 11.600l-1 1',
  dark: 'M13 9.800A5.500 5.500 0 0 1 6.200 3a5.500 5.500 0 1 0 6.800 6.800z',
  close: 'M4 4l8 8M12 4l-8 8',
  back: 'M9.500 3.500 5 8l4.500 4.500',
  next: 'M6.500 3.500 11 8l-4.500 4.500',
  copy: 'M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3',
  filter: 'M2.500 4h11M4.500 8h7M6.500 12h3',
} as const;

export type IconName = keyof typeof PATHS;

/** Beside a text that says the same: nothing for screen readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
