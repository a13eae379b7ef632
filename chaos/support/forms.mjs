/** To start a process is most of what a short round takes. */
const FEW = 2;

/** A fault as it is to be played: whole, or in its short form, which has less of some numbers. */
export function inForm(fault, isShort) {
  const { plan = {}, settings, processes, short = {} } = fault;
  if (!isShort) return { ...fault, plan };
  return {
    ...fault,
    processes: short.processes ?? Math.min(FEW, processes),
    plan: { ...plan, ...short.plan },
    settings: { ...settings, ...short.settings },
  };
}
