/**
 * What all scripts do with an entry. Its state is a field of its own (`state`), beside the set that it lies in: BullMQ's
 * own tools may move it, and then the set is right.
 */
export const ENTRIES = `
local FIELDS = {'state', 'kind', 'data', 'opts', 'runAt', 'timestamp', 'priority', 'key', 'attempt', 'ats', 'processedOn',
  'finishedOn', 'failedReason', 'stacktrace', 'errorName', 'progress', 'parked'}

-- An entry as it is, to be told to the process.
local function fieldsOf(queue, id)
  local fields = call('HMGET', of(queue, id), unpack(FIELDS))
  table.insert(fields, 1, queue)
  table.insert(fields, 1, id)
  return fields
end

local earliest = nil
local function due(at)
  if earliest == nil or at < earliest then earliest = at end
end

local function tell(what) call('PUBLISH', ours('signals'), what) end

-- Tells the workers of the earliest time that they may not know of.
local function tellDue()
  if earliest ~= nil then tell('due ' .. whole(earliest)) end
end

local function makeReady(queue, id, priority)
  local turn = call('INCR', ours('turn'))
  call('ZADD', of(queue, 'prioritized'), priority * PRIORITY + turn % PRIORITY, id)
end

-- As BullMQ scores it: in one millisecond, those that came first run first.
local function scoreOf(queue, runAt)
  local first = runAt * INSTANT
  local last = call('ZREVRANGEBYSCORE', of(queue, 'delayed'), first + INSTANT - 1, first, 'WITHSCORES', 'LIMIT', 0, 1)
  if not last[2] then return first end
  return math.min(tonumber(last[2]) + 1, first + INSTANT - 1)
end

local function wait(queue, id, runAt, priority)
  if runAt <= now then
    makeReady(queue, id, priority)
    due(0)
  else
    call('ZADD', of(queue, 'delayed'), scoreOf(queue, runAt), id)
    due(runAt)
  end
end

-- What has become due waits for a worker from now on, in the order of its times.
local PROMOTED = 1000
local function promote(queue, needed)
  local most = math.min(math.max(needed, PROMOTED), 7000)
  local ids = call('ZRANGEBYSCORE', of(queue, 'delayed'), '-inf', (now + 1) * INSTANT - 1, 'LIMIT', 0, most)
  if #ids == 0 then return end
  local turn = call('INCRBY', ours('turn'), #ids) - #ids
  for i, id in ipairs(ids) do
    local priority = tonumber(call('HGET', of(queue, id), 'priority')) or HIGHEST
    call('ZADD', of(queue, 'prioritized'), priority * PRIORITY + (turn + i) % PRIORITY, id)
  end
  call('ZREM', of(queue, 'delayed'), unpack(ids))
end

local function unwait(queue, id)
  if call('ZREM', of(queue, 'delayed'), id) == 0 then call('ZREM', of(queue, 'prioritized'), id) end
end

local function park(queue, id, kind, reason, text)
  call('HSET', of(queue, id), 'state', 'parked', 'parked', cjson.encode({reason = reason, text = text}))
  call('ZADD', ours('parked'), now, id)
  call('SADD', ours('parked/') .. reason .. kind, id)
  call('SADD', ours('parked-kinds'), reason .. kind)
end

local function unpark(queue, id)
  local found = call('HMGET', of(queue, id), 'kind', 'parked')
  local name = (decode(found[2]).reason or '') .. (found[1] or '')
  call('ZREM', ours('parked'), id)
  call('SREM', ours('parked/') .. name, id)
  if call('SCARD', ours('parked/') .. name) == 0 then call('SREM', ours('parked-kinds'), name) end
  call('HDEL', of(queue, id), 'parked')
end

-- The entry that holds the key: one that waits and has not begun.
local function holderOf(key)
  local id = call('HGET', ours('keys'), key)
  if not id then return nil end
  local queue = queueOf(id)
  if not queue or call('HEXISTS', of(queue, id), 'holds') == 0 then return nil end
  return id, queue
end

local ENDS = {succeeded = 'completed', failed = 'failed'}
local function finish(queue, id, state)
  local set = ENDS[state] and of(queue, ENDS[state]) or ours('cancelled')
  call('ZADD', set, now, id)
  call('HSET', of(queue, id), 'state', state, 'finishedOn', whole(now))
end

-- Ends what waits. The fields are those from before.
local function cancelWaiting(queue, id)
  local before = fieldsOf(queue, id)
  if before[3] == 'parked' then unpark(queue, id) else unwait(queue, id) end
  call('HDEL', of(queue, id), 'holds')
  finish(queue, id, 'cancelled')
  return before
end
`;
