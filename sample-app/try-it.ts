import { Logger } from '@nestjs/common';
import type { Duration } from 'nestjs-eventflow-jobs';

/** Logs commands to paste into a shell; `paidOrderId` is an order that a receipt can be sent for. */
export function logWhatToTry(url: string, paidOrderId: string, paymentTerm: Duration): void {
  const post = (path: string, body: object) =>
    `curl ${url}${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  const items = [{ sku: 'book', quantity: 2, price: 12.5 }];
  const lines = [
    'Still running; Ctrl+C ends it. Try, in another shell:',
    `# place an order; the id in the answer is for the next two lines, where it replaces ID`,
    post('/orders', { customerEmail: 'you@example.com', items }),
    `# pay it, within ${paymentTerm} (to have longer: PAYMENT_TERM=2m npm start)`,
    `curl -X POST ${url}/orders/ID/pay`,
    '# what became of it',
    `curl ${url}/orders/ID`,
    '# have a receipt sent after a delay, or at a time',
    post(`/orders/${paidOrderId}/receipt`, { in: '5s' }),
    post(`/orders/${paidOrderId}/receipt`, { at: new Date(Date.now() + 60_000).toISOString() }),
    '# have a message logged later',
    post('/messages', { message: 'Hello', in: '3s' }),
  ];
  new Logger('Demo').log(lines.join('\n  '));
}
