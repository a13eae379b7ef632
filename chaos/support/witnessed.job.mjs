import { setTimeout as sleep } from 'node:timers/promises';

/** Where the jobs of a process write down what they do. */
export class Witness {
  constructor(log, writeEffect) {
    this.log = log;
    this.writeEffect = writeEffect;
  }

  saw(what, { id, attempt }, about) {
    this.log.write(what, { entry: id, attempt, ...about });
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
