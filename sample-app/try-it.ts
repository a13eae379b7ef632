import { Logger } from '@nestjs/common';
import type { Duration } from 'nestjs-eventflow-jobs';

/** Logs commands to paste into a shell. */
export function logWhatToTry(url: string, paidOrderId: string, paymentTerm: Duration): void {
  const post = (path: string, body: object) =>
    `curl ${url}${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  const order = { customerEmail: 'you@example.com', items: [{ sku: 'book', quantity: 2, price: 12.5 }] };
  const lines = [
    'Still running; Ctrl+C ends it. Try, in another shell:',
    '# have a receipt for the paid order sent after a delay, or at a time',
    post(`/orders/${paidOrderId}/receipt`, { in: '5s' }),
    post(`/orders/${paidOrderId}/receipt`, { at: new Date(Date.now() + 60_000).toISOString() }),
    '# have a message logged later',
    post('/messages', { message: 'Hello', in: '3s' }),
    '# place an order; in the next two lines, ID is the id that it gets',
    post('/orders', order),
    `# pay it within ${paymentTerm}; to have longer, start with PAYMENT_TERM=2m npm start`,
    `curl -X POST ${url}/orders/ID/pay`,
    '# see what became of it',
    `curl ${url}/orders/ID`,
    '# see what is scheduled and what became of it, and steer it; ask whether all is well',
    `${url}/jobs`,
    `curl ${url}/health`,
    '# end the app, even by kill -9, and start it again: orders and what was scheduled are still there',
  ];
  new Logger('Demo').log(lines.join('\n  '));
}
