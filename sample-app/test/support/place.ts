import type { Duration } from 'nestjs-eventflow-jobs';
import { CancelUnpaidOrderCommand } from '../../orders/commands/cancel-unpaid-order.command.js';
import { Order } from '../../orders/order.js';
import { paymentDeadlineKey } from '../../orders/payment-deadline.key.js';
import type { OrderService } from './order-service.js';

/** Places an order as the app does, up to a last step that decides what becomes of it. */
export function place(
  { unitOfWork, orders, commands }: OrderService,
  id: string,
  lastStep: () => Promise<void> = async () => {},
  term: Duration = '1 minute',
): Promise<void> {
  return unitOfWork.run(async (transaction) => {
    await orders.save(new Order(id, 'ada@example.com', []));
    await commands.schedule(new CancelUnpaidOrderCommand(id), term, {
      key: paymentDeadlineKey(id),
      transaction,
    });
    await lastStep();
  });
}

export const outOfLuck = () => Promise.reject(new Error('out of luck'));
