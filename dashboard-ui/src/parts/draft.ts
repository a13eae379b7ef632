import { useState } from 'preact/hooks';

/**
 * What an input is given that shows `value`, and tells of another when it is committed. Until then it keeps what is being
 * typed: a page that is drawn anew meanwhile, for news from the server, would set it back.
 */
export function useDraft(value: string, onCommit: (text: string) => void) {
  const [draft, setDraft] = useState<string>();
  return {
    value: draft ?? value,
    onInput: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) =>
      setDraft(currentTarget.value),
    onChange: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
      onCommit(currentTarget.value);
      setDraft(undefined);
    },
    onBlur: () => setDraft(undefined),
  };
}
