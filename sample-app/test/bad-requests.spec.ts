import { describe, expect, it } from 'vitest';
import { orderRequest, startOrderService } from './support/order-service.js';

const [item] = orderRequest.items;
const NO_OBJECT = "The body must be a JSON object, sent with the header 'content-type: application/json'";
const INVALID_DELAY = "Invalid delay: expected text such as '10s', '5 minutes' or '2 days'";
const INVALID_TIME =
  "Invalid time: expected a date and time with a time zone, such as '2027-01-31T09:00:00Z'";

const orders: [string, unknown, string[]][] = [
  [
    'no body',
    undefined,
    [
      'customerEmail: Invalid input: expected string, received undefined',
      'items: Invalid input: expected array, received undefined',
    ],
  ],
  ['a list', [], [NO_OBJECT]],
  [
    'nothing in it',
    {},
    [
      'customerEmail: Invalid input: expected string, received undefined',
      'items: Invalid input: expected array, received undefined',
    ],
  ],
  [
    'an e-mail address that is none',
    { ...orderRequest, customerEmail: 'ada' },
    ['customerEmail: Invalid email address'],
  ],
  ['no items', { ...orderRequest, items: [] }, ['items: Too small: expected array to have >=1 items']],
  [
    'an item that is wrong in every field',
    { ...orderRequest, items: [item, { sku: '', quantity: 0, price: '1' }] },
    [
      'items.1.sku: Too small: expected string to have >=1 characters',
      'items.1.quantity: Too small: expected number to be >0',
      'items.1.price: Invalid input: expected number, received string',
    ],
  ],
  [
    'a price with parts of a cent',
    { ...orderRequest, items: [{ ...item, price: 0.001 }] },
    ['items.0.price: Invalid number: must be a multiple of 0.01'],
  ],
  ['a field that is not known', { ...orderRequest, coupon: 'x' }, ['Unrecognized key: "coupon"']],
];

const receipts: [string, unknown, string[]][] = [
  ['no time', {}, ['Give either `at`, a time, or `in`, a delay']],
  ['two times', { in: '1s', at: '2027-01-31T09:00:00Z' }, ['Give either `at`, a time, or `in`, a delay']],
  ['an unreadable time', { at: 'tomorrow' }, [`at: ${INVALID_TIME}`]],
  ['a day that does not exist', { at: '2027-02-30T09:00:00Z' }, [`at: ${INVALID_TIME}`]],
  ['a time without a time zone', { at: '2027-01-31T09:00:00' }, [`at: ${INVALID_TIME}`]],
  ['an unreadable delay', { in: 'soon' }, [`in: ${INVALID_DELAY}`]],
  ['a negative delay', { in: '-5s' }, [`in: ${INVALID_DELAY}`]],
  ['a delay that is a number', { in: 5 }, [`in: ${INVALID_DELAY}`]],
];

const messages: [string, unknown, string[]][] = [
  [
    'nothing in it',
    {},
    ['message: Invalid input: expected string, received undefined', `in: ${INVALID_DELAY}`],
  ],
  [
    'an empty message',
    { message: '', in: '1s' },
    ['message: Too small: expected string to have >=1 characters'],
  ],
];

describe('A bad request is answered by a 400 that says what is wrong:', () => {
  it.each(orders)('an order with %s', async (_, body, message) => {
    const { http } = await startOrderService();

    expect(await http.post('/orders', body)).toMatchObject({ status: 400, body: { message } });
  });

  it.each(receipts)('a receipt for %s', async (_, body, message) => {
    const { http } = await startOrderService();

    expect(await http.post('/orders/1/receipt', body)).toMatchObject({ status: 400, body: { message } });
  });

  it.each(messages)('a message with %s', async (_, body, message) => {
    const { http } = await startOrderService();

    expect(await http.post('/messages', body)).toMatchObject({ status: 400, body: { message } });
  });

  it('a body that is not JSON', async () => {
    const { http } = await startOrderService();

    expect(await http.postText('/orders', '{"customerEmail":')).toMatchObject({
      status: 400,
      body: { message: 'Unexpected end of JSON input' },
    });
  });

  it('a body of another type', async () => {
    const { http } = await startOrderService();

    expect(await http.postText('/orders', JSON.stringify(orderRequest), 'text/plain')).toMatchObject({
      status: 400,
      body: { message: [NO_OBJECT] },
    });
  });
});
