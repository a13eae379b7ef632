import { parseArgs } from 'node:util';
import { load, namesOf } from './catalog.mjs';
import { inForm } from './forms.mjs';

export const USAGE = `npm run chaos -- [options]
  --engine NAME   ${namesOf('engines').join(' | ')} (sqlite; may be given again)
  --fault NAME    ${namesOf('faults').join(' | ')}
                  (all that the engine can suffer; may be given again)
  --rounds N      of each fault (20; fewer where each takes long)
  --seed S        a whole number that repeats the random choices of a run (random)
  --short         less of each: what is done is the same
  --json FILE     writes the report there too
  --keep          keeps the folders of rounds that failed: store, logs, output
  --help`;

const OPTIONS = {
  engine: { type: 'string', multiple: true, default: ['sqlite'] },
  fault: { type: 'string', multiple: true },
  rounds: { type: 'string' },
  seed: { type: 'string' },
  short: { type: 'boolean', default: false },
  json: { type: 'string' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

export class UsageError extends Error {}

/** @throws {UsageError} that says what there is to choose from. */
export async function readOptions(args) {
  const { values } = parsed(args);
  if (values.help) return { help: true };
  const engines = [...new Set(values.engine)].map((name) => chosen('engine', name));
  return {
    /** Each with the faults that it is to suffer. */
    engines: await Promise.all(
      engines.map(async (name) => {
        const engine = await load('engines', name);
        const faults = await faultsFor(engine, values.fault);
        return { engine, faults: faults.map((fault) => inForm(fault, values.short)) };
      }),
    ),
    /** Without it each fault says. */
    rounds: values.rounds === undefined ? undefined : wholeNumber('rounds', values.rounds, 1, 1_000_000),
    seed:
      values.seed === undefined
        ? Math.floor(Math.random() * 2 ** 32)
        : wholeNumber('seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
    json: values.json,
    keep: values.keep,
  };
}

function parsed(args) {
  try {
    return parseArgs({ args, options: OPTIONS });
  } catch (error) {
    throw new UsageError(error.message, { cause: error });
  }
}

/** Without names: all faults that the engine can suffer. One that was asked for by name has to be possible. */
export async function faultsFor(engine, names) {
  const wanted = names ? [...new Set(names)].map((name) => chosen('fault', name)) : namesOf('faults');
  const faults = await Promise.all(wanted.map((name) => load('faults', name)));
  const missing = (fault) => fault.needs.filter((need) => !engine.offers.includes(need));
  const impossible = faults.find((fault) => missing(fault).length > 0);
  if (names && impossible) {
    throw new UsageError(
      `--fault ${impossible.name} needs ${missing(impossible).join(', ')}, which the engine ${engine.name} does not offer.`,
    );
  }
  return faults.filter((fault) => missing(fault).length === 0);
}

function chosen(option, name) {
  const names = namesOf(`${option}s`);
  if (names.includes(name)) return name;
  throw new UsageError(`--${option} ${name} is unknown: choose one of ${names.join(', ')}.`);
}

function wholeNumber(option, text, least, most) {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new UsageError(`--${option} must be a whole number from ${least} to ${most}, but is '${text}'.`);
}
