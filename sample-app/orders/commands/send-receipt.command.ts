import { CommandVersion } from 'nestjs-eventflow-jobs';
import type { Money } from '../money.js';

@CommandVersion('SendReceipt', 1)
export class SendReceiptCommand {
  constructor(
    readonly orderId: string,
    readonly customerEmail: string,
    readonly total: Money,
  ) {}
}
