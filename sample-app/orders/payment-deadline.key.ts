/** By this the deadline of an order's payment is found when the payment comes. */
export function paymentDeadlineKey(orderId: string): string {
  return `payment-deadline:${orderId}`;
}
