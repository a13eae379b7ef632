import { Module } from '@nestjs/common';
import { EventFlowJobsModule } from 'nestjs-eventflow-jobs';
import { DatabaseModule } from '../database/database.module.js';
import { CancelUnpaidOrderHandler } from './commands/cancel-unpaid-order.handler.js';
import { PayOrderHandler } from './commands/pay-order.handler.js';
import { PlaceOrderHandler } from './commands/place-order.handler.js';
import { RemindOfPaymentHandler } from './commands/remind-of-payment.handler.js';
import { SendReceiptHandler } from './commands/send-receipt.handler.js';
import { Mailer } from './mailer.js';
import { Money } from './money.js';
import { OrderLog } from './order.log.js';
import { orderStore } from './order.store.js';
import { OrdersConfig } from './orders.config.js';
import { OrdersController } from './orders.controller.js';
import { PaymentDeadlineSaga } from './payment-deadline.saga.js';
import { PaymentReminderSaga } from './payment-reminder.saga.js';
import { ReceiptsController } from './receipts.controller.js';

@Module({
  imports: [DatabaseModule, EventFlowJobsModule.forFeature({ values: [Money] })],
  controllers: [OrdersController, ReceiptsController],
  providers: [
    OrdersConfig,
    ...orderStore,
    Mailer,
    OrderLog,
    PaymentDeadlineSaga,
    PaymentReminderSaga,
    PlaceOrderHandler,
    PayOrderHandler,
    CancelUnpaidOrderHandler,
    RemindOfPaymentHandler,
    SendReceiptHandler,
  ],
})
export class OrdersModule {}
