/** A call that was given up must not be carried out later. `ARGV[1]`: until when it is to be, by the server's clock. */
export const IN_TIME = `
if now > tonumber(ARGV[1]) then return {'late', whole(now)} end
`;

/**
 * Stores entries, after `IN_TIME` and `ORDERS`. `ARGV`, behind the time: `each` or `all`; how many; and of each the fields below.
 *
 * @returns what became of it, and the server's time: `{'late', now}`, or `{'refused', now, i, holder}` where one refusal
 * means that nothing is stored, or `{'stored', now, ...}` with what is not simply stored: `{i, 'kept' | 'rejected', holder}` or `{i, 'replaced', ...fields}`.
 */
export const INSERT = `
local all = ARGV[2] == 'all'
local count = tonumber(ARGV[3])
local WIDTH = 11
local function field(i, number) return ARGV[3 + (i - 1) * WIDTH + number] end

if all then
  local taken = {}
  for i = 1, count do
    local key, conflict = field(i, 5), field(i, 6)
    if key ~= '' then
      local holder = taken[key] or holderOf(key)
      if holder and conflict == 'reject' then return {'refused', whole(now), i, holder} end
      if not holder or conflict == 'replace' then taken[key] = field(i, 1) end
    end
  end
end

local answer = {'stored', whole(now)}
local first = call('INCRBY', ours('scheduled'), count) - count
local begun = {}
local soonest = {}
local function begin(queue)
  promote(queue, PROMOTED)
  begun[queue] = true
  local head = call('ZRANGE', of(queue, 'delayed'), 0, 0, 'WITHSCORES')
  soonest[queue] = head[2] and math.floor(tonumber(head[2]) / INSTANT) or math.huge
  if call('ZCARD', of(queue, 'prioritized')) > 0 then soonest[queue] = 0 end
end

local function store(i)
  local id, queue, runAt, priority, key = field(i, 1), field(i, 2), tonumber(field(i, 3)), tonumber(field(i, 4)), field(i, 5)
  local hash = of(queue, id)
  -- Sent again, since nobody heard what became of it.
  if call('EXISTS', hash) == 1 then return end
  if not begun[queue] then begin(queue) end
  if key == '' then
    call('HSET', hash, 'name', field(i, 7), 'data', field(i, 9), 'opts', field(i, 10), 'timestamp', field(i, 11),
      'priority', field(i, 4), 'state', 'scheduled', 'kind', field(i, 8), 'runAt', field(i, 3))
  else
    call('HSET', hash, 'name', field(i, 7), 'data', field(i, 9), 'opts', field(i, 10), 'timestamp', field(i, 11),
      'priority', field(i, 4), 'state', 'scheduled', 'kind', field(i, 8), 'runAt', field(i, 3), 'key', key, 'holds', 1)
    call('HSET', ours('keys'), key, id)
  end
  if runAt <= now then makeReady(queue, id, priority)
  else call('ZADD', of(queue, 'delayed'), scoreOf(queue, runAt), id) end
  -- Where something is due already, the workers have been told.
  if runAt < soonest[queue] then
    soonest[queue] = runAt <= now and 0 or runAt
    due(soonest[queue])
  end
  enlist(id, field(i, 8), key, (first + i) * QUEUES + numberOf(queue), tonumber(field(i, 11)))
end

for i = 1, count do
  local key, conflict = field(i, 5), field(i, 6)
  local holder, itsQueue
  if key ~= '' then
    enlistAll()
    holder, itsQueue = holderOf(key)
  end
  if not holder or holder == field(i, 1) then
    store(i)
  elseif conflict == 'replace' then
    local replaced = cancelWaiting(itsQueue, holder)
    store(i)
    answer[#answer + 1] = {i, 'replaced', unpack(replaced)}
  else
    answer[#answer + 1] = {i, conflict == 'reject' and 'rejected' or 'kept', holder}
  end
end
enlistAll()
tellDue()
return answer
`;
