import { z } from 'zod';
import { delay } from '../validation/delay.js';

export const messageRequest = z.strictObject({
  message: z.string().min(1).max(1000),
  in: delay,
});

export type MessageRequest = z.infer<typeof messageRequest>;
