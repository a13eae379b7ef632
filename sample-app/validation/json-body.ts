import { z } from 'zod';

const NO_OBJECT = "The body must be a JSON object, sent with the header 'content-type: application/json'";

/** A request's body with these fields and no others. */
export function jsonBody<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, { error: ({ code }) => (code === 'invalid_type' ? NO_OBJECT : undefined) });
}
