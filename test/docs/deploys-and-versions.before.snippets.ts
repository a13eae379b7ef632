// The release that was there before, in docs/deploys-and-versions.md: deploys-and-versions.spec.ts lets the later ones meet it.
import { type Job, JobVersion } from 'nestjs-eventflow-jobs';
import { done } from './deploys-and-versions.snippets.js';

const send = (line: string) => done.push(line);

// #region before
@JobVersion('SendInvoice', 1)
export class SendInvoiceJob implements Job {
  constructor(
    readonly orderId: string,
    readonly euros: number,
  ) {}

  execute() {
    send(`${this.orderId}: ${this.euros} euros`);
  }
}
// #endregion
