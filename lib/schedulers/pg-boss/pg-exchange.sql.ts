import type { Installation } from './installation.js';
import { COLUMNS, FAR } from './pg-rows.js';
import { NEXT_CLAIM, OUTPUT, SKIPPED } from './readable-row.js';

/**
 * Every worker calls these all the time, and to plan the statements took the server longer than to run them for a few
 * entries: a function's plans are kept with the connection, whatever stands between it and us. They are made once, for
 * any number of rows, so that no statistics nor the lack of them can mislead them: by indexes, from few rows to one each.
 */
const KEPT_PLANS = `SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
    SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off`;

/**
 * Writes down what ended. `$1`: the ends, as JSON. Fenced: a row that was claimed anew has another
 * count of claims, and is left alone. One that was told to stop ends as cancelled, whatever it came to.
 *
 * The state is compared as text, and the name comes with the ends, so that no index but that by id offers itself: the
 * planner took the one of all that runs, which grows by each entry that ran since the last vacuum.
 */
export function settleFunction({ schema, table, queue }: Installation): string {
  return `CREATE OR REPLACE FUNCTION ${schema}.eventflow_settle(json) RETURNS TABLE (id uuid, state text)
    LANGUAGE plpgsql ${KEPT_PLANS} AS $function$
    #variable_conflict use_column
    BEGIN RETURN QUERY WITH ended AS MATERIALIZED (
      SELECT '${queue}' AS name, x.* FROM json_to_recordset($1) AS x (id uuid, claim int, state text, wait float8, skip boolean,
        far boolean, error jsonb, parked jsonb)
    ), settled AS (
      UPDATE ${table} j SET
        state = (CASE
          WHEN j.output -> 'cancel' IS NOT NULL THEN 'cancelled'
          WHEN e.state = 'created' AND (EXISTS (
            SELECT FROM ${table} o WHERE o.name = '${queue}' AND o.state = 'created' AND o.policy = 'short'
              AND coalesce(o.singleton_key, '') = coalesce(j.singleton_key, '')
          ) OR EXISTS (
            SELECT FROM ended x JOIN ${table} o ON o.name = x.name AND o.id = x.id
            WHERE x.state = 'created' AND o.id < j.id AND coalesce(o.singleton_key, '') = coalesce(j.singleton_key, '')
          )) AND j.policy = 'short' THEN 'retry'
          ELSE e.state END)::${schema}.job_state,
        completed_on = CASE WHEN e.state IN ('completed', 'cancelled', 'failed') OR j.output -> 'cancel' IS NOT NULL
          THEN clock_timestamp() END,
        start_after = CASE WHEN e.far THEN ${FAR} WHEN e.wait IS NULL THEN j.start_after
          ELSE clock_timestamp() + e.wait * interval '1 ms' END,
        source_name = NULL,
        output = CASE WHEN j.output IS NULL AND e.error IS NULL AND e.skip IS NULL THEN NULL ELSE
          ((${OUTPUT}) - 'cancel')
          || CASE WHEN e.error IS NULL THEN '{}' ELSE jsonb_build_object('error', e.error) END
          || CASE WHEN e.parked IS NULL THEN '{}' ELSE jsonb_build_object('parked', e.parked) END
          || CASE WHEN e.skip THEN jsonb_build_object('skipped', ${SKIPPED} + 1)
             ELSE '{}' END
          END
      FROM ended e
      WHERE j.name = e.name AND j.id = e.id AND j.state::text = 'active' AND j.retry_count = e.claim
      RETURNING j.id, j.state
    ) SELECT id, state::text FROM settled;
    END $function$;`;
}

/**
 * Claims what is due: of each queue the highest priority first, then the earliest. `$1`: the worker; `$2`: how many, as
 * JSON; `$3`: the kinds that this process knows; what is of another kind is parked.
 *
 * Each queue and priority is a seek of its own in an index of ours, so that neither what is due later nor how fresh the
 * planner's statistics are makes a difference. No term is there that every row of the table fulfils: without statistics
 * the planner takes each for a rare one, and would sort all that waits. pg-boss's own fetch walks over all that waits.
 */
export function claimFunction({ schema, table, queue }: Installation): string {
  const waiting = `state < 'active'`;
  const ofGroup = `${waiting} AND group_id = g.queue AND (-priority) = g.np`;
  return `CREATE OR REPLACE FUNCTION ${schema}.eventflow_claim(text, jsonb, text[])
    RETURNS TABLE (has_place boolean, entries json, next float8)
    LANGUAGE plpgsql ${KEPT_PLANS} AS $function$
    #variable_conflict use_column
    BEGIN RETURN QUERY WITH RECURSIVE groups (queue, np) AS (
      (SELECT group_id, -priority FROM ${table} WHERE ${waiting} ORDER BY group_id, (-priority) LIMIT 1)
      UNION ALL
      SELECT n.queue, n.np FROM groups g CROSS JOIN LATERAL (
        SELECT group_id AS queue, -priority AS np FROM ${table}
        WHERE ${waiting} AND (group_id, (-priority)) > (g.queue, g.np) ORDER BY group_id, (-priority) LIMIT 1
      ) n
    ), place AS (
      SELECT EXISTS (SELECT FROM ${schema}.eventflow_workers WHERE id = $1::int8) AS taken
    ), open AS (
      SELECT g.*, d.own ? g.queue AS owned,
        CASE WHEN d.own ? g.queue THEN (d.own ->> g.queue)::int
          ELSE least(d.shared, coalesce((d.most ->> g.queue)::int, d.shared)) END AS free,
        d.shared
      FROM groups g, jsonb_to_record($2) AS d (shared int, own jsonb, most jsonb)
      WHERE (SELECT taken FROM place)
        AND NOT EXISTS (SELECT FROM ${schema}.eventflow_paused p WHERE p.queue IN ('', g.queue))
    ), due AS MATERIALIZED (
      SELECT g.*, d.* FROM open g CROSS JOIN LATERAL (
        SELECT id, start_after, group_tier = ANY ($3) AS known FROM ${table}
        WHERE ${ofGroup} AND start_after <= statement_timestamp()
        ORDER BY start_after, id LIMIT greatest(g.free, 0) FOR UPDATE SKIP LOCKED
      ) d
    ), ranked AS (
      SELECT *, row_number() OVER (PARTITION BY queue ORDER BY np, start_after, id) AS place_in_queue FROM due
    ), chosen AS (
      SELECT id, known FROM (
        SELECT *, row_number() OVER (PARTITION BY owned ORDER BY np, start_after, id) AS place_of_all
        FROM ranked WHERE place_in_queue <= free
      ) r WHERE owned OR place_of_all <= shared
    ), claimed AS (
      UPDATE ${table} j SET
        state = CASE WHEN c.known THEN 'active' ELSE j.state END,
        retry_count = CASE WHEN c.known AND j.started_on IS NOT NULL THEN ${NEXT_CLAIM} ELSE j.retry_count END,
        started_on = CASE WHEN c.known THEN clock_timestamp() ELSE j.started_on END,
        heartbeat_on = CASE WHEN c.known THEN clock_timestamp() END,
        source_name = CASE WHEN c.known THEN $1 END,
        start_after = CASE WHEN c.known THEN j.start_after ELSE ${FAR} END,
        output = CASE WHEN c.known AND j.output IS NULL THEN NULL
          WHEN c.known THEN (${OUTPUT}) - '{progress,parked}'::text[]
          ELSE (${OUTPUT}) || jsonb_build_object('parked', jsonb_build_object('reason', 'unknown',
            'runAt', extract(epoch FROM j.start_after) * 1000,
            'text', format('No class here stands for ''%s'' version %s.',
              coalesce(j.data -> 'command' ->> 'name', j.data ->> 'name'),
              coalesce(j.data -> 'command' ->> 'version', j.data ->> 'version')))) END
      FROM chosen c WHERE j.name = '${queue}' AND j.id = c.id
      RETURNING ${COLUMNS}, c.known
    )
    SELECT (SELECT taken FROM place) AS has_place,
      (SELECT json_agg(claimed) FROM claimed) AS entries,
      (SELECT extract(epoch FROM min(n.at) - statement_timestamp()) * 1000 FROM open g CROSS JOIN LATERAL (
        SELECT start_after AS at FROM ${table} WHERE ${ofGroup} AND start_after > statement_timestamp() AND start_after < 'infinity'
        ORDER BY start_after LIMIT 1
      ) n)::float8 AS next;
    END $function$;`;
}
