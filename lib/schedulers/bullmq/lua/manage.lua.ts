/** One entry at a time, named by `ARGV[1]`: `id` or `key`, and `ARGV[2]`: which. */
const NAMED = `
local function named()
  local id = ARGV[2]
  if ARGV[1] == 'key' then id = call('HGET', ours('keys'), id) end
  local queue = id and queueOf(id)
  local found = queue and read(of(queue, id), 'state', 'kind')
  if not found or not found[2] then return nil end
  return queue, id, found[1]
end
local queue, id, state = named()
if not queue then return nil end
`;

/** @returns the fields, or nil. */
export const FIND = `${NAMED}
return fieldsOf(queue, id)
`;

/** Ends what waits; asks what runs to stop. @returns the fields as they were before, or nil where there is neither. */
export const CANCEL = `${NAMED}
if state == 'running' then
  call('HSET', of(queue, id), 'cancel', 1)
  tell('cancel ' .. id)
  return fieldsOf(queue, id)
end
if state ~= 'scheduled' and state ~= 'parked' then return nil end
return cancelWaiting(queue, id)
`;

/** `ARGV[3]`: the time. @returns 1, or nil where it does not wait. */
export const RESCHEDULE = `${NAMED}
if state ~= 'scheduled' and state ~= 'parked' then return nil end
if state == 'parked' then unpark(queue, id) else unwait(queue, id) end
call('HSET', of(queue, id), 'state', 'scheduled', 'runAt', ARGV[3])
wait(queue, id, tonumber(ARGV[3]), priorityOf(queue, id))
tellDue()
return 1
`;

/** `ARGV[3]`: the time. @returns 1, or nil where it is neither failed nor parked. */
export const RETRY = `${NAMED}
if state ~= 'failed' and state ~= 'parked' then return nil end
if state == 'parked' then unpark(queue, id) else call('ZREM', of(queue, 'failed'), id) end
call('HDEL', of(queue, id), 'finishedOn', 'atm', 'processedOn', 'progress')
call('HSET', of(queue, id), 'state', 'scheduled', 'runAt', ARGV[3], 'attempt', 0)
wait(queue, id, tonumber(ARGV[3]), priorityOf(queue, id))
tellDue()
return 1
`;

/** `ARGV[3]`: the claim; `ARGV[4]`: the progress, as JSON. */
export const PROGRESS = `${NAMED}
if state ~= 'running' or call('HGET', of(queue, id), 'ats') ~= ARGV[3] then return nil end
call('HSET', of(queue, id), 'progress', ARGV[4])
return 1
`;
