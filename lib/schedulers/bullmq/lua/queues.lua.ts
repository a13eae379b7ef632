/** @returns the reasons and kinds of what is parked: a reason, and directly after it the kind. */
export const PARKED_KINDS = `
return call('SMEMBERS', ours('parked-kinds'))
`;

/** `ARGV`: how many at most; the reasons and kinds of parked entries that can be run now. @returns how many wait again. */
export const RELEASE = `
local released = 0
local most = tonumber(ARGV[1])
for i = 2, #ARGV do
  for _, id in ipairs(call('SRANDMEMBER', ours('parked/') .. ARGV[i], most - released)) do
    local queue = queueOf(id)
    local found = queue and read(of(queue, id), 'state', 'runAt')
    if found and found[1] == 'parked' then
      unpark(queue, id)
      call('HSET', of(queue, id), 'state', 'scheduled')
      wait(queue, id, number(found[2], now), priorityOf(queue, id))
    else
      call('SREM', ours('parked/') .. ARGV[i], id)
      call('ZREM', ours('parked'), id)
    end
    released = released + 1
  end
  if released >= most then break end
end
tellDue()
return released
`;

/**
 * Needs `ORDERS`. Removes what ended long ago, or is more than is kept. `ARGV`: the time; how many are kept of each set; how many at once.
 * What was removed by hand has left its place in the order and its key behind: each time some are looked at.
 */
export const PRUNE = `
local before, kept, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local removed = 0
local function forgetKey(key)
  local order = ours('keyed/') .. key
  local oldest = call('ZRANGE', order, 0, 0)[1]
  if oldest then
    if not queueOf(oldest) then call('ZREM', order, oldest) end
    return
  end
  local last = call('HGET', ours('keys'), key)
  if last and not queueOf(last) then call('HDEL', ours('keys'), key) end
end
local function remove(queue, id)
  local found = read(of(queue, id), 'kind', 'key')
  call('DEL', of(queue, id), of(queue, id) .. ':logs')
  delist(id, found[1], found[2])
  if found[2] then forgetKey(found[2]) end
end
local function prune(set, queue)
  local surplus = math.max(call('ZCARD', set) - kept, call('ZCOUNT', set, '-inf', before))
  local some = math.min(surplus, most - removed)
  if some <= 0 then return end
  for _, id in ipairs(call('ZRANGE', set, 0, some - 1)) do
    local itsQueue = queue or queueOf(id)
    if itsQueue then remove(itsQueue, id) end
    call('ZREM', set, id)
    removed = removed + 1
  end
end
for _, queue in ipairs(call('HKEYS', ours('queues'))) do
  prune(of(queue, 'completed'), queue)
  prune(of(queue, 'failed'), queue)
end
prune(ours('cancelled'))
call('ZREMRANGEBYSCORE', ours('full'), '-inf', now)
forgetSpans()

local SWEPT = 1000
local last = call('HGET', ours('swept'), 'all') or '-inf'
local found = call('ZRANGEBYSCORE', ours('all'), '(' .. last, '+inf', 'WITHSCORES', 'LIMIT', 0, SWEPT)
local gone = {}
for i = 1, #found, 2 do
  local id, place = found[i], found[i + 1]
  local queue = queueNamed(whole(tonumber(place) % QUEUES))
  if not queue or call('EXISTS', of(queue, id)) == 0 then
    gone[#gone + 1] = id
  else
    local values = read(of(queue, id), 'kind', 'key')
    mend(id, place, values[1], values[2])
  end
end
delistAll(gone)
call('HSET', ours('swept'), 'all', #found == SWEPT * 2 and found[#found] or '-inf')
local keys = call('HSCAN', ours('keys'), call('HGET', ours('swept'), 'keys') or 0, 'COUNT', SWEPT)
for i = 1, #keys[2], 2 do forgetKey(keys[2][i]) end
call('HSET', ours('swept'), 'keys', keys[1])
return removed
`;

/** @returns `{queue, how many wait, 1 where it is paused}` of each of which entries wait, or that is paused. */
export const QUEUES = `
local answer = {}
local allPaused = call('EXISTS', ours('paused'))
for _, queue in ipairs(call('HKEYS', ours('queues'))) do
  local waiting = call('ZCARD', of(queue, 'delayed')) + call('ZCARD', of(queue, 'prioritized')) + call('LLEN', of(queue, 'wait'))
  local paused = call('HEXISTS', of(queue, 'meta'), 'paused')
  if waiting > 0 or paused == 1 then
    answer[#answer + 1] = {queue, waiting, math.max(paused, allPaused)}
  end
end
return answer
`;

/** @returns when the first was due of all that may be claimed, or nil. Of each priority the head has waited longest. */
export const OLDEST_DUE = `
if call('EXISTS', ours('paused')) == 1 then return nil end
local oldest = nil
local function look(queue, id)
  local at = number(read(of(queue, id), 'runAt')[1], now)
  if at <= now and (oldest == nil or at < oldest) then oldest = at end
end
for _, queue in ipairs(call('HKEYS', ours('queues'))) do
  if call('HEXISTS', of(queue, 'meta'), 'paused') == 0 then
    local delayed = call('ZRANGEBYSCORE', of(queue, 'delayed'), '-inf', (now + 1) * INSTANT - 1, 'LIMIT', 0, 1)
    if delayed[1] then look(queue, delayed[1]) end
    local head = call('ZRANGE', of(queue, 'prioritized'), 0, 0, 'WITHSCORES')
    while head[1] do
      look(queue, head[1])
      local next = (math.floor(tonumber(head[2]) / PRIORITY) + 1) * PRIORITY
      head = call('ZRANGEBYSCORE', of(queue, 'prioritized'), whole(next), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    end
  end
end
return oldest and whole(oldest) or nil
`;

/** `ARGV`: which queue; '' is all. */
export const PAUSE = `
if ARGV[1] == '' then call('SET', ours('paused'), 1) else
  numberOf(ARGV[1])
  call('HSET', of(ARGV[1], 'meta'), 'paused', 1)
end
return 1
`;

/** `ARGV`: which queue; without one, all. */
export const RESUME = `
if ARGV[1] then call('HDEL', of(ARGV[1], 'meta'), 'paused') else
  call('DEL', ours('paused'))
  for _, queue in ipairs(call('HKEYS', ours('queues'))) do call('HDEL', of(queue, 'meta'), 'paused') end
end
tell('due 0')
return 1
`;

export const IS_PAUSED = `
if call('EXISTS', ours('paused')) == 1 then return 1 end
return call('HEXISTS', of(ARGV[1], 'meta'), 'paused')
`;
