/** Resolves once the condition holds; asks at every turn of the event loop, and gives up after a generous while. */
export async function until<T>(
  condition: () => T | Promise<T>,
  what = 'the condition',
): Promise<NonNullable<T>> {
  const end = performance.now() + 10_000;
  while (performance.now() < end) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`Waited in vain for ${what}.`);
}
