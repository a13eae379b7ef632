import { Module } from '@nestjs/common';
import { EventFlowJobsModule } from 'nestjs-eventflow-jobs';
import { CancelUnpaidOrderHandler } from './commands/cancel-unpaid-order.handler.js';
import { PayOrderHandler } from './commands/pay-order.handler.js';
import { PlaceOrderHandler } from './commands/place-order.handler.js';
import { SendReceiptHandler } from './commands/send-receipt.handler.js';
import { Mailer } from './mailer.js';
import { Money } from './money.js';
import { OrderLog } from './order.log.js';
import { OrderRepository } from './order.repository.js';
import { OrdersConfig } from './orders.config.js';
import { OrdersController } from './orders.controller.js';
import { PaymentDeadlineSaga } from './payment-deadline.saga.js';
import { ReceiptsController } from './receipts.controller.js';

@Module({
  imports: [EventFlowJobsModule.forFeature({ values: [Money] })],
  controllers: [OrdersController, ReceiptsController],
  providers: [
    OrdersConfig,
    OrderRepository,
    Mailer,
    OrderLog,
    PaymentDeadlineSaga,
    PlaceOrderHandler,
    PayOrderHandler,
    CancelUnpaidOrderHandler,
    SendReceiptHandler,
  ],
})
export class OrdersModule {}
