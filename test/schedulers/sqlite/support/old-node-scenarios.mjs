/** What old-node-program.mjs plays: each gives what the spec looks at. */
export const scenarios = {
  /** What was asked of node:sqlite before it had it. */
  async lacks({ openDatabase }) {
    const database = await openDatabase();
    const { length } = database.prepare('SELECT ? AS text').get('a\0b').text;
    return { lacks: { isTransaction: database.isTransaction === undefined, textBehindNul: length === 1 } };
  },

  async runs({ start, until, ran, file, NoteJob, NoteCommand, RICH, isDeepStrictEqual }) {
    const { app, scheduler, commands } = await start({ file });
    await scheduler.schedule(new NoteJob('later'), 700);
    await scheduler.scheduleNow(new NoteJob(RICH));
    await commands.scheduleNow(new NoteCommand(RICH));
    await until(() => ran.length === 2);
    const first = ran.slice(0, 2);
    await until(async () => (await scheduler.counts()).succeeded === 3);
    const counts = await scheduler.counts();
    await app.close();
    const again = await start({ file }, false);
    const { entries } = await again.scheduler.list({ state: 'succeeded' });
    const { at, runAt, payload } = ran[2];
    return {
      same: first.map((one) => isDeepStrictEqual(one.payload, RICH)),
      commands: first.filter((one) => one.command).length,
      last: payload,
      late: at - runAt,
      counts,
      listed: entries.map(({ name, command }) => command?.name ?? name),
    };
  },

  async keys({ start, errorOf, file, NoteJob, NUL }) {
    const { scheduler } = await start({ file }, false);
    const schedule = (key, onConflict) =>
      scheduler.schedule(new NoteJob('a'), '1 day', { key, onConflict }).then((id) => ids.push(id));
    const ids = [];
    await schedule('k', 'keep');
    await schedule('k', 'keep');
    const reject = await errorOf(() => schedule('k', 'reject'));
    await schedule('k', 'replace');
    const holder = await scheduler.get({ key: 'k' });
    const ofNul = await errorOf(() => schedule(NUL));
    const recurring = await errorOf(() =>
      scheduler.scheduleRecurring(NUL, new NoteJob('a'), { every: '1 day' }),
    );
    const places = ids.map((id) => ids.indexOf(id));
    const at = ids.indexOf(holder.id);
    return { places, holder: at, reject, ofNul, recurring, counts: await scheduler.counts() };
  },

  /** Texts that are no keys may hold NUL: they are kept in full. */
  async texts({ start, until, errorOf, file, NoteJob, NUL, behaviours }) {
    const { scheduler } = await start({ file });
    behaviours[NUL] = ({ progress }) => {
      progress(0.5, NUL);
      throw new Error(NUL);
    };
    const id = await scheduler.scheduleNow(new NoteJob(NUL), { attempts: 1, metadata: { [NUL]: NUL } });
    await until(async () => (await scheduler.counts()).failed === 1);
    const { data, metadata, progress, lastError } = await scheduler.get(id);
    const found = await errorOf(() => scheduler.list({ name: NUL, queue: NUL }));
    return { data, metadata, progress, message: lastError.message, found: found.given?.entries.length };
  },

  async recurs({ start, until, ran, file, NoteJob }) {
    const { scheduler } = await start({ file });
    await scheduler.scheduleRecurring('tick', new NoteJob('tick'), { every: '50ms' });
    await until(() => ran.length >= 3);
    await scheduler.removeRecurring('tick');
    return { early: ran.filter(({ at, runAt }) => at < runAt).length, left: await scheduler.listRecurring() };
  },

  async callersTransaction({ start, until, errorOf, openDatabase, namesIn, ran, NoteJob }) {
    const database = await openDatabase();
    const { scheduler } = await start({ database });
    const write = (name) => database.prepare('INSERT INTO orders VALUES (?)').run(name);
    const transact = async (name, end) => {
      database.exec('BEGIN IMMEDIATE');
      write(name);
      const options = { transaction: database, key: `key of ${name}` };
      await scheduler.scheduleNow(new NoteJob(name), options);
      const id = await scheduler.scheduleNow(new NoteJob('not again'), options);
      const taken = await errorOf(() =>
        scheduler.scheduleNow(new NoteJob(name), { ...options, onConflict: 'reject' }),
      );
      const before = { ran: ran.length, seen: (await scheduler.get(id)) !== undefined, taken: taken.error };
      database.exec(end);
      return before;
    };
    const rolledBack = await transact('rolled back', 'ROLLBACK');
    const afterRollback = await scheduler.counts();
    const committed = await transact('committed', 'COMMIT');
    await until(async () => (await scheduler.counts()).succeeded === 1);
    const outside = await errorOf(() => scheduler.scheduleNow(new NoteJob('x'), { transaction: database }));
    const counts = await scheduler.counts();
    const names = namesIn(database);
    database.close();
    const closed = await errorOf(() => scheduler.scheduleNow(new NoteJob('x'), { transaction: database }));
    return {
      ...{ rolledBack, afterRollback, committed, names, ran: ran.map(({ payload }) => payload) },
      ...{ counts, outside, closed },
    };
  },

  async transactionalWork({ start, until, openDatabase, namesIn, behaviours, NoteJob }) {
    const database = await openDatabase();
    database.exec('CREATE TABLE paid (name TEXT PRIMARY KEY)');
    database.exec('CREATE TABLE bills (name TEXT REFERENCES paid DEFERRABLE INITIALLY DEFERRED)');
    const { scheduler } = await start({ database, transactionalWork: true });
    const write = (name, { transaction }) =>
      transaction.prepare('INSERT INTO orders VALUES (?)').run(`of ${name}`);
    behaviours.throws = (context) => {
      write('throws', context);
      throw new Error('no');
    };
    /** What it writes cannot be committed, at first. */
    let tries = 0;
    behaviours.refused = (context) => {
      write(`refused ${++tries}`, context);
      if (tries === 1) context.transaction.exec("INSERT INTO bills VALUES ('nobody')");
    };
    behaviours.succeeds = async (context) => {
      write('succeeds', context);
      await scheduler.scheduleNow(new NoteJob('follows'), { transaction: context.transaction });
    };
    behaviours.follows = (context) => write('follows', context);
    await scheduler.scheduleNow(new NoteJob('throws'), { attempts: 1 });
    await until(async () => (await scheduler.counts()).failed === 1);
    await scheduler.scheduleNow(new NoteJob('refused'));
    await until(async () => (await scheduler.counts()).succeeded === 1);
    await scheduler.scheduleNow(new NoteJob('succeeds'));
    await until(async () => (await scheduler.counts()).succeeded === 3);
    return { names: namesIn(database), tries, counts: await scheduler.counts() };
  },

  /** Where there is no node:sqlite at all. */
  async refusal({ start, errorOf, file }) {
    return errorOf(() => start({ file }));
  },
};
