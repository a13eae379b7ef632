import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './time.mjs';

/** Where the jobs of a process write down what they do. */
export class Witness {
  begun = new Map();

  constructor(log, writeEffect) {
    this.log = log;
    this.writeEffect = writeEffect;
  }

  /** The library is about to call the job: between that and its first line the process may be stopped. */
  begins(id) {
    this.begun.set(id, now());
  }

  saw(what, { id, attempt }, about) {
    const begun = what === 'start' ? { begun: this.begun.get(id) } : {};
    this.begun.delete(id);
    this.log.write(what, { entry: id, attempt, ...begun, ...about });
  }
}

/** Takes some time before and after its effect, so that a kill may fall on either side. */
export class WitnessedJob {
  constructor(before = 0, after = 0) {
    this.before = before;
    this.after = after;
  }

  async execute(context) {
    const witness = context.get(Witness);
    witness.saw('start', context, { clock: Date.now() });
    try {
      if (this.before > 0) await sleep(this.before);
      await witness.writeEffect?.(context.transaction, context.id);
      witness.saw('effect', context);
      if (this.after > 0) await sleep(this.after);
    } catch (error) {
      witness.saw('error', context, { error: String(error) });
      throw error;
    }
    witness.saw('end', context);
  }
}

/** Of a recurring schedule: says of which one, and of which tick. */
export class TickJob {
  static recurring = 'tick';

  async execute(context) {
    const witness = context.get(Witness);
    const { recurring } = this.constructor;
    witness.saw('start', context, { recurring, tick: context.runAt.getTime() });
    witness.saw('effect', context);
    witness.saw('end', context);
  }
}
