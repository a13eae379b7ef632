/**
 * What all scripts do with an entry. Its state is a field of its own (`state`), beside the set that it lies in: BullMQ's
 * own tools may move it, and then the set is right.
 */
export const ENTRIES = `
local FIELDS = {'state', 'kind', 'data', 'opts', 'runAt', 'timestamp', 'priority', 'key', 'attempt', 'ats', 'processedOn',
  'finishedOn', 'failedReason', 'stacktrace', 'errorName', 'progress', 'parked', 'failures', 'pb', 'holds', 'cancel'}

-- An entry as it is, to be told to the process.
local function fieldsOf(queue, id)
  local fields = read(of(queue, id), unpack(FIELDS))
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

local ENDS = {succeeded = 'completed', failed = 'failed'}
local function finish(queue, id, state)
  local set = ENDS[state] and of(queue, ENDS[state]) or ours('cancelled')
  call('ZADD', set, now, id)
  call('HDEL', of(queue, id), 'holds')
  call('HSET', of(queue, id), 'state', state, 'finishedOn', whole(now))
end

-- What says of no job that it is one: somebody else put it there, or it was edited by hand since.
local function refuse(queue, id)
  local type = call('TYPE', of(queue, id)).ok
  if type == 'none' then return end
  if type ~= 'hash' then call('DEL', of(queue, id)) end
  call('HSET', of(queue, id), 'errorName', 'UnreadableEntryError', 'failedReason',
    'It says of no job that it is one: it was not scheduled by nestjs-eventflow-jobs, or was edited by hand.')
  finish(queue, id, 'failed')
end

local function priorityOf(queue, id) return number(read(of(queue, id), 'priority')[1], HIGHEST) end

local function makeReady(queue, id, priority)
  local turn = call('INCR', ours('turn'))
  call('ZADD', of(queue, 'prioritized'), priority * PRIORITY + turn % PRIORITY, id)
end

-- As BullMQ scores it: in one millisecond, those that came first run first. It has 4,096 places for them, fewer in times so
-- far away that a score cannot tell them apart; whoever comes then takes one of a millisecond after it.
local function freeAt(queue, at)
  local first = at * INSTANT
  local last = call('ZREVRANGEBYSCORE', of(queue, 'delayed'), first + INSTANT - 1, first, 'WITHSCORES', 'LIMIT', 0, 1)
  local taken = tonumber(last[2])
  if not taken then return first end
  local step = 1
  while taken + step == taken do step = step * 2 end
  if taken + step < first + INSTANT then return taken + step end
end

local function scoreOf(queue, runAt)
  local score = freeAt(queue, runAt)
  if score then return score end
  local name = whole(runAt) .. queue
  local at = tonumber(call('ZSCORE', ours('full'), name) or runAt + 1)
  score = freeAt(queue, at)
  while not score do
    at = at + 1
    score = freeAt(queue, at)
  end
  call('ZADD', ours('full'), at, name)
  return score
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

-- Where BullMQ's own tools put some of what is to run at once.
local PROMOTED = 1000
local function takeOver(queue)
  local ids = call('LRANGE', of(queue, 'wait'), -PROMOTED, -1)
  if #ids == 0 then return end
  call('LTRIM', of(queue, 'wait'), 0, -PROMOTED - 1)
  for i = #ids, 1, -1 do
    local found = read(of(queue, ids[i]), 'kind', 'state')
    if found[2] == 'running' then
      -- It has been claimed from another place meanwhile.
    elseif found[1] then
      call('ZREM', of(queue, 'delayed'), ids[i])
      call('HSET', of(queue, ids[i]), 'state', 'scheduled')
      makeReady(queue, ids[i], priorityOf(queue, ids[i]))
    else
      refuse(queue, ids[i])
    end
  end
end

-- What has become due waits for a worker from now on, in the order of its times.
local function promote(queue, needed)
  takeOver(queue)
  local most = math.min(math.max(needed, PROMOTED), 7000)
  local ids = call('ZRANGEBYSCORE', of(queue, 'delayed'), '-inf', (now + 1) * INSTANT - 1, 'LIMIT', 0, most)
  if #ids == 0 then return end
  local turn = call('INCRBY', ours('turn'), #ids) - #ids
  for i, id in ipairs(ids) do
    call('ZADD', of(queue, 'prioritized'), priorityOf(queue, id) * PRIORITY + (turn + i) % PRIORITY, id)
  end
  call('ZREM', of(queue, 'delayed'), unpack(ids))
end

local function unwait(queue, id)
  if call('ZREM', of(queue, 'delayed'), id) == 1 or call('ZREM', of(queue, 'prioritized'), id) == 1 then return end
  -- BullMQ's own tools have promoted it.
  call('LREM', of(queue, 'wait'), 1, id)
end

local function park(queue, id, kind, reason, text)
  call('HSET', of(queue, id), 'state', 'parked', 'parked', cjson.encode({reason = reason, text = text}))
  call('ZADD', ours('parked'), now, id)
  call('SADD', ours('parked/') .. reason .. kind, id)
  call('SADD', ours('parked-kinds'), reason .. kind)
end

local function unpark(queue, id)
  local found = read(of(queue, id), 'kind', 'parked')
  local reason = decode(found[2]).reason
  local name = (type(reason) == 'string' and reason or '') .. (found[1] or '')
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
  if not queue or not read(of(queue, id), 'holds')[1] then return nil end
  return id, queue
end

-- Ends what waits. The fields are those from before.
local function cancelWaiting(queue, id)
  local before = fieldsOf(queue, id)
  if before[3] == 'parked' then unpark(queue, id) else unwait(queue, id) end
  finish(queue, id, 'cancelled')
  return before
end
`;
