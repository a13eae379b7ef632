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
    if queue and call('HGET', of(queue, id), 'state') == 'parked' then
      unpark(queue, id)
      call('HSET', of(queue, id), 'state', 'scheduled')
      local found = call('HMGET', of(queue, id), 'runAt', 'priority')
      wait(queue, id, tonumber(found[1]) or now, tonumber(found[2]) or HIGHEST)
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

/** Removes what ended long ago, or is more than is kept. `ARGV`: the time; how many are kept of each set; how many at once. */
export const PRUNE = `
local before, kept, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local removed = 0
local function remove(set, first, last)
  for _, id in ipairs(call('ZRANGE', set, first, last)) do
    local queue = queueOf(id)
    if queue then
      local key = call('HGET', of(queue, id), 'key')
      if key and call('HGET', ours('keys'), key) == id then call('HDEL', ours('keys'), key) end
      call('DEL', of(queue, id), of(queue, id) .. ':logs')
      call('ZREM', ours('all'), id)
    end
    call('ZREM', set, id)
    removed = removed + 1
  end
end
local function prune(set)
  local surplus = math.max(call('ZCARD', set) - kept, call('ZCOUNT', set, '-inf', before))
  local now = math.min(surplus, most - removed)
  if now > 0 then remove(set, 0, now - 1) end
end
for _, queue in ipairs(call('HKEYS', ours('queues'))) do
  prune(of(queue, 'completed'))
  prune(of(queue, 'failed'))
end
prune(ours('cancelled'))
return removed
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
