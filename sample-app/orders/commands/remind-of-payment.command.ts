import { CommandVersion } from 'nestjs-eventflow-jobs';

@CommandVersion('RemindOfPayment', 1)
export class RemindOfPaymentCommand {
  constructor(
    readonly orderId: string,
    readonly customerEmail: string,
  ) {}
}
