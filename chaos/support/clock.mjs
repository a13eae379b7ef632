// node --import clock.mjs: a wall clock that can be set while the process runs, by the message 'clock <ms>': so far off the
// true one. What a process counts by (performance.now(), timers) cannot be set by anybody, and is left alone.
const ORDER = /^clock (-?\d+)$/;
const TrueDate = Date;
let off = 0;
const now = () => TrueDate.now() + off;

globalThis.Date = new Proxy(TrueDate, {
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  apply: () => new TrueDate(now()).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length > 0 ? args : [now()], newTarget === Date ? target : newTarget),
});
// What asks an object for its constructor is to find the one that it can name.
TrueDate.prototype.constructor = Date;

process.on('message', (message) => {
  const order = ORDER.exec(message);
  if (!order) return;
  off = Number(order[1]);
  process.send({ done: message });
});
