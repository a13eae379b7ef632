/** A fault as it is to be played: whole, or in its short form, which has less of some numbers. */
export function inForm(fault, isShort) {
  const { plan = {}, settings, short = {} } = fault;
  if (!isShort) return { ...fault, plan };
  return { ...fault, plan: { ...plan, ...short.plan }, settings: { ...settings, ...short.settings } };
}
