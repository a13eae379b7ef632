import { z } from 'zod';
import { delay } from '../validation/delay.js';
import { jsonBody } from '../validation/json-body.js';

export const messageRequest = jsonBody({
  message: z.string().min(1).max(1000),
  in: delay,
});

export type MessageRequest = z.infer<typeof messageRequest>;
