/**
 * Writes down what ended and claims what is due, for one worker, in one step. `ARGV`: the worker; how many ended, and of
 * each the arguments of `settle`; how many slots all queues share; how many queues have a number of their own, and of each
 * its name, `own` or `most`, and the number; then, where the worker does not take from all, the queues that it takes from.
 *
 * @returns `{now, 'gone' | 'here', settled, claimed, parked, the next time or ''}`. `gone`: this worker was taken for dead,
 * and nothing was claimed.
 */
export const EXCHANGE = `
local worker = ARGV[1]
local at = 2
local function argument() at = at + 1; return ARGV[at - 1] end

local settled = {}
for i = 1, tonumber(argument()) do
  settled[i] = settle(argument(), argument(), argument(), argument(), argument(), argument(), argument(), argument(), argument())
end
tellDue()

if not call('ZSCORE', ours('workers'), worker) then return {whole(now), 'gone', settled, {}, {}, ''} end
local shared = tonumber(argument())
local limits = {}
for i = 1, tonumber(argument()) do
  local queue = argument()
  limits[queue] = {own = argument() == 'own', most = tonumber(argument())}
end
local queues
if at <= #ARGV then
  queues = {}
  while at <= #ARGV do queues[#queues + 1] = argument() end
else
  queues = call('HKEYS', ours('queues'))
end
if call('EXISTS', ours('paused')) == 1 then queues = {} end

local knows = {}
local function known(kind)
  if knows[kind] == nil then knows[kind] = call('SISMEMBER', ours('knows/') .. worker, kind) == 1 end
  return knows[kind]
end

-- Of those that share their slots, the best of all queues; of the others, as many as there are slots of their own.
local chosen, rivals, open = {}, {}, {}
for _, queue in ipairs(queues) do
  if call('HEXISTS', of(queue, 'meta'), 'paused') == 0 then
    open[#open + 1] = queue
    local limit = limits[queue]
    local own = limit and limit.own
    local free = own and limit.most or math.min(shared, limit and limit.most or shared)
    if free > 0 then
      promote(queue, free)
      local heads = call('ZRANGE', of(queue, 'prioritized'), 0, free - 1, 'WITHSCORES')
      local target = own and chosen or rivals
      for i = 1, #heads, 2 do target[#target + 1] = {queue, heads[i], tonumber(heads[i + 1])} end
    end
  end
end
if #open > 1 then table.sort(rivals, function(a, b) return a[3] < b[3] end) end
for i = 1, math.min(shared, #rivals) do chosen[#chosen + 1] = rivals[i] end

local claimed, parked, next = {}, {}, nil
for _, one in ipairs(chosen) do
  local queue, id = one[1], one[2]
  local hash = of(queue, id)
  call('ZREM', of(queue, 'prioritized'), id)
  local fields = fieldsOf(queue, id)
  local kind = fields[4]
  if not kind then
    -- It took no slot: there may be more to claim.
    refuse(queue, id)
    next = now
  elseif not known(kind) then
    local parts = decode(kind)
    park(queue, id, kind, 'unknown', string.format("No class here stands for '%s' version %s.",
      tostring(parts[3] or parts[1] or kind), tostring(parts[4] or parts[2])))
    parked[#parked + 1] = fieldsOf(queue, id)
  else
    local attempt, claim = number(fields[11], 0) + 1, number(fields[12], 0) + 1
    call('HSET', hash, 'state', 'running', 'attempt', attempt, 'ats', claim, 'pb', worker, 'processedOn', whole(now))
    if fields[10] or fields[18] then call('HDEL', hash, 'holds', 'progress') end
    call('RPUSH', of(queue, 'active'), id)
    fields[3], fields[11], fields[12], fields[13], fields[18] = 'running', whole(attempt), whole(claim), whole(now), false
    claimed[#claimed + 1] = fields
  end
end

for _, queue in ipairs(open) do
  -- What is due already waits for a slot, not for its time.
  local head = call('ZRANGEBYSCORE', of(queue, 'delayed'), (now + 1) * INSTANT, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  if head[2] then
    local time = math.floor(tonumber(head[2]) / INSTANT)
    if next == nil or time < next then next = time end
  end
end
return {whole(now), 'here', settled, claimed, parked, next and whole(next) or ''}
`;
