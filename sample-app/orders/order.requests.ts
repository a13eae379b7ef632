import { z } from 'zod';
import { delay } from '../validation/delay.js';
import { jsonBody } from '../validation/json-body.js';
import { Money } from './money.js';

const price = z
  .number()
  .nonnegative()
  .max(100_000)
  .multipleOf(0.01)
  .transform((amount) => Money.euros(amount));

export const placeOrderRequest = jsonBody({
  customerEmail: z.email(),
  items: z
    .array(z.strictObject({ sku: z.string().min(1).max(50), quantity: z.int().positive().max(1000), price }))
    .min(1)
    .max(100),
});

const dateTime = z.iso
  .datetime({
    offset: true,
    error: "Invalid time: expected a date and time with a time zone, such as '2027-01-31T09:00:00Z'",
  })
  .transform((text) => new Date(text));

export const receiptRequest = jsonBody({ at: dateTime.optional(), in: delay.optional() })
  .refine(
    (body) => (body.at === undefined) !== (body.in === undefined),
    'Give either `at`, a time, or `in`, a delay',
  )
  .transform((body) => ({ when: body.at ?? body.in! }));

export type PlaceOrderRequest = z.infer<typeof placeOrderRequest>;
export type ReceiptRequest = z.infer<typeof receiptRequest>;
