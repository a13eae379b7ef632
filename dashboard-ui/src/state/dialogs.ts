import { Store } from './store.js';

interface Question {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly isDangerous?: boolean;
  readonly settle: (answer: boolean) => void;
}

interface TimeQuestion {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  /** The time that it has. */
  readonly from?: string;
  readonly settle: (answer: Date | undefined) => void;
}

export type Dialog = ({ kind: 'question' } & Question) | ({ kind: 'time' } & TimeQuestion);

export const dialog = new Store<Dialog | undefined>(undefined);

export function confirmed(question: Omit<Question, 'settle'>): Promise<boolean> {
  return new Promise((resolve) => {
    dialog.set({ kind: 'question', ...question, settle: closing(resolve) });
  });
}

/** `undefined`: thought better of. */
export function chosenTime(question: Omit<TimeQuestion, 'settle'>): Promise<Date | undefined> {
  return new Promise((resolve) => {
    dialog.set({ kind: 'time', ...question, settle: closing(resolve) });
  });
}

function closing<T>(resolve: (answer: T) => void): (answer: T) => void {
  return (answer) => {
    dialog.set(undefined);
    resolve(answer);
  };
}
