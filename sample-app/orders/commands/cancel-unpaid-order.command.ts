import { CommandVersion } from 'nestjs-eventflow-jobs';

@CommandVersion('CancelUnpaidOrder', 1)
export class CancelUnpaidOrderCommand {
  constructor(readonly orderId: string) {}
}
