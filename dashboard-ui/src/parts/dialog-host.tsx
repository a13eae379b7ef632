import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { type Dialog, dialog } from '../state/dialogs.js';
import { useStore } from '../state/store.js';
import { TimeFields, firstTime } from './time-fields.js';

/** The one dialog that may be open. The browser keeps the focus in it, and gives it back. */
export function DialogHost() {
  const open = useStore(dialog);
  if (!open) return null;
  return open.kind === 'question' ? <Question of={open} /> : <TimeQuestion of={open} />;
}

function Question({ of }: { of: Extract<Dialog, { kind: 'question' }> }) {
  const kind = of.isDangerous ? 'is-danger-filled' : 'is-primary';
  return (
    <Frame of={of} onCancel={() => of.settle(false)} onSubmit={() => of.settle(true)} submitClass={kind}>
      {null}
    </Frame>
  );
}

function TimeQuestion({ of }: { of: Extract<Dialog, { kind: 'time' }> }) {
  const [time, setTime] = useState<Date | undefined>(() => firstTime(of.from));
  return (
    <Frame
      of={of}
      onCancel={() => of.settle(undefined)}
      onSubmit={() => time && of.settle(time)}
      submitClass="is-primary"
    >
      <TimeFields time={time} onChange={setTime} />
    </Frame>
  );
}

interface FrameProps {
  readonly of: Dialog;
  readonly onCancel: () => void;
  readonly onSubmit: () => void;
  readonly submitClass: string;
  readonly children: ComponentChildren;
}

function Frame({ of: { title, text, confirm }, onCancel, onSubmit, submitClass, children }: FrameProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const opener = document.activeElement;
    ref.current?.showModal();
    return () => opener instanceof HTMLElement && opener.isConnected && opener.focus();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onCancel();
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <h2 id={titleId}>{title}</h2>
        {text && <p>{text}</p>}
        {children}
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={onCancel}>
            Back
          </button>
          <button type="submit" class={`button ${submitClass}`}>
            {confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}
