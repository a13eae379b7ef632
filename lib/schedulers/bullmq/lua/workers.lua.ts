/**
 * `ARGV`: the worker; its lease in ms; what it tells of itself; how many kinds it knows, and the kinds; the recurring jobs that it declares.
 *
 * @returns how many ms ago any worker was last seen before, or '' where there is none.
 */
export const REGISTER = `
local worker = ARGV[1]
local last = call('ZREVRANGE', ours('workers'), 0, 0, 'WITHSCORES')[2]
call('ZADD', ours('workers'), now, worker)
call('HSET', ours('worker/') .. worker, 'since', whole(now), 'lease', ARGV[2], 'about', ARGV[3])
call('DEL', ours('knows/') .. worker, ours('declares/') .. worker)
local kinds = tonumber(ARGV[4])
for i = 5, 4 + kinds do call('SADD', ours('knows/') .. worker, ARGV[i]) end
for i = 5 + kinds, #ARGV do call('SADD', ours('declares/') .. worker, ARGV[i]) end
return last and whole(now - tonumber(last)) or ''
`;

const FORGET = `
local function forget(worker)
  call('ZREM', ours('workers'), worker)
  call('DEL', ours('worker/') .. worker, ours('knows/') .. worker, ours('declares/') .. worker)
end
`;

export const UNREGISTER = `${FORGET}
forget(ARGV[1])
return 1
`;

/** @returns `{id, since, seen, about, how many it runs}` of each. */
export const LIVING_WORKERS = `
local running = {}
for _, queue in ipairs(call('HKEYS', ours('queues'))) do
  for _, id in ipairs(call('LRANGE', of(queue, 'active'), 0, -1)) do
    local worker = read(of(queue, id), 'pb')[1]
    if worker then running[worker] = (running[worker] or 0) + 1 end
  end
end
local answer = {}
local seen = call('ZRANGE', ours('workers'), 0, -1, 'WITHSCORES')
for i = 1, #seen, 2 do
  local found = read(ours('worker/') .. seen[i], 'since', 'about', 'lease')
  if tonumber(seen[i + 1]) + number(found[3], 0) >= now then
    answer[#answer + 1] = {seen[i], found[1] or '0', seen[i + 1], found[2] or '', running[seen[i]] or 0}
  end
end
return answer
`;

/** @returns 0 where it was taken for dead. */
export const RENEW = `
if not call('ZSCORE', ours('workers'), ARGV[1]) then return 0 end
call('ZADD', ours('workers'), now, ARGV[1])
return 1
`;

/** What runs in the name of the worker. @returns `{id, claim, cancel or '', age in ms}, ...`. */
export const CLAIMS = `
local claims = {}
for _, queue in ipairs(call('HKEYS', ours('queues'))) do
  for _, id in ipairs(call('LRANGE', of(queue, 'active'), 0, -1)) do
    local found = read(of(queue, id), 'pb', 'ats', 'cancel', 'processedOn')
    if found[1] == ARGV[1] then
      -- In the form in which it comes back: edited by hand, it could never be given back.
      local claim = whole(number(found[2], 0))
      if claim ~= found[2] then call('HSET', of(queue, id), 'ats', claim) end
      claims[#claims + 1] = {id, claim, found[3] or '', whole(now - number(found[4], now))}
    end
  end
end
return claims
`;

/** Needs `settle`. `ARGV`: ids and claims of attempts that never began. */
export const GIVE_BACK = `
for i = 1, #ARGV, 2 do
  local queue = queueOf(ARGV[i])
  if queue then settle(queue, ARGV[i], ARGV[i + 1], 'released') end
end
tellDue()
return 1
`;

/**
 * Needs `settle`. Gives back what runs in the name of workers that are gone: the attempt counts, so that one which kills its
 * process does not do so for ever. `ARGV`: nobody could show that he lives before this time, so it counts as a sign of all;
 * name and message of the error that is kept; 1 where all that runs is to be looked at, also if nobody has just gone.
 *
 * @returns `{how many wait again, fields of those that ended, ...}`.
 */
export const BURY = `${FORGET}
local function keepLoss(hash, name, message)
  local last = read(hash, 'errorName', 'failedReason', 'failures', 'attempt')
  local before = decode(last[3])
  local failures = {attempt = number(last[4], 1), at = now}
  if last[2] then
    local earlier = type(before.earlier) == 'table' and before.earlier or {}
    earlier[#earlier + 1] = {name = last[1] or 'Error', message = last[2], attempt = before.attempt, at = before.at}
    while #earlier > 19 do table.remove(earlier, 1) end
    failures.earlier = earlier
  end
  keepError(hash, name, message, '', cjson.encode(failures))
end
local heard = tonumber(ARGV[1])
local seen = call('ZRANGE', ours('workers'), 0, -1, 'WITHSCORES')
local alive, gone = {}, ARGV[4] == '1'
for i = 1, #seen, 2 do
  local lease = tonumber(call('HGET', ours('worker/') .. seen[i], 'lease')) or 0
  if math.max(tonumber(seen[i + 1]), heard) + lease < now then
    forget(seen[i])
    gone = true
  else
    alive[seen[i]] = true
  end
end
if not gone then return {0} end
local waiting = 0
local answer = {}
for _, queue in ipairs(call('HKEYS', ours('queues'))) do
  for _, id in ipairs(call('LRANGE', of(queue, 'active'), 0, -1)) do
    local hash = of(queue, id)
    local found = read(hash, 'pb', 'cancel', 'attempt', 'opts', 'priority', 'kind', 'ats')
    if not found[6] then
      call('LREM', of(queue, 'active'), 1, id)
      refuse(queue, id)
    elseif not alive[found[1]] then
      call('LREM', of(queue, 'active'), 1, id)
      -- A late word of the old claim is to find another.
      call('HSET', hash, 'ats', whole(number(found[7], 0) + 1), 'atm', found[3] or 0)
      call('HDEL', hash, 'cancel')
      local ending = number(found[3], 0) >= number(decode(found[4]).attempts, 10) and 'failed' or nil
      if found[2] then ending = 'cancelled' else keepLoss(hash, ARGV[2], ARGV[3]) end
      if ending then
        finish(queue, id, ending)
        answer[#answer + 1] = fieldsOf(queue, id)
      else
        call('HSET', hash, 'state', 'scheduled')
        wait(queue, id, now, number(found[5], HIGHEST))
        waiting = waiting + 1
      end
    end
  end
end
tellDue()
table.insert(answer, 1, waiting)
return answer
`;

/** Since when somebody has been there to see the ticks of recurring jobs; nil where nobody is. */
export const WORKING_SINCE = `
local first = nil
for _, worker in ipairs(call('ZRANGE', ours('workers'), 0, -1)) do
  local since = tonumber(call('HGET', ours('worker/') .. worker, 'since'))
  if since and (first == nil or since < first) then first = since end
end
return first and whole(first) or nil
`;
