import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Mailer } from '../mailer.js';
import { SendReceiptCommand } from './send-receipt.command.js';

@CommandHandler(SendReceiptCommand)
export class SendReceiptHandler implements ICommandHandler<SendReceiptCommand> {
  constructor(private readonly mailer: Mailer) {}

  async execute({ orderId, customerEmail, total }: SendReceiptCommand): Promise<void> {
    await this.mailer.send(
      customerEmail,
      `We received ${total.toString()} for your order ${orderId}. Thank you!`,
    );
  }
}
