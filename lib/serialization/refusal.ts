const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const LONGEST_NAME = 64;
const FIRST_STEPS = 10;
const LAST_STEPS = 2;

/**
 * Why a value cannot be stored, and where it lies. Built only when something is refused: whoever passes it on
 * adds the step that leads to it, so that the way there costs nothing as long as all is well.
 *
 * Paths read `items[2].price`, `headers["content-type"]`, `tags[0]` for the first member of a Set,
 * `prices.keys()[0]` and `prices.values()[0]` for the first entry of a Map (its keys are data, and data may be
 * secret), `price.toData().amount` for what a conversion gave.
 */
export class Refusal {
  private readonly steps: string[] = [];

  constructor(
    /** Says cause and mend of 'it', the value: `it is a function: ...`. */
    readonly reason: string,
    readonly cause?: unknown,
  ) {}

  inField(name: string): this {
    if (IDENTIFIER.test(name) && name.length <= LONGEST_NAME) return this.in(`.${name}`);
    return this.in(
      `[${JSON.stringify(name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name)}]`,
    );
  }

  in(step: string): this {
    this.steps.push(step);
    return this;
  }

  get path(): string {
    const steps = this.steps.toReversed();
    const left = steps.length - FIRST_STEPS - LAST_STEPS;
    if (left > 1) steps.splice(FIRST_STEPS, left, `.…(${left} more)…`);
    const path = steps.join('');
    return path.startsWith('.') ? path.slice(1) : path;
  }
}
