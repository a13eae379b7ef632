/** @returns how many there are of each state, in the order of JOB_STATES. */
export const COUNTS = `
local waiting, running, succeeded, failed = 0, 0, 0, 0
for _, queue in ipairs(call('HKEYS', ours('queues'))) do
  waiting = waiting + call('ZCARD', of(queue, 'delayed')) + call('ZCARD', of(queue, 'prioritized'))
    + call('LLEN', of(queue, 'wait'))
  running = running + call('LLEN', of(queue, 'active'))
  succeeded = succeeded + call('ZCARD', of(queue, 'completed'))
  failed = failed + call('ZCARD', of(queue, 'failed'))
end
return {waiting, running, succeeded, failed, call('ZCARD', ours('cancelled')), call('ZCARD', ours('parked'))}
`;

/**
 * A step of a list, by when entries were scheduled. `ARGV`: the place beyond which it begins; how many are wanted; how many
 * are looked at; the states, as `,scheduled,running,` or ''; then queue, name, command and key, each '' or what is looked
 * for, prefixed by `=`; the times from which and before which, each a number or ''; 1 where the newest come first.
 *
 * @returns `{the last place that was looked at, or '' at the end, {place, ...fields}, ...}`.
 */
export const LIST = `
local wanted, looked = tonumber(ARGV[2]), tonumber(ARGV[3])
local states, wantedQueue, name, command, key = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local from, before = tonumber(ARGV[9]) or -math.huge, tonumber(ARGV[10]) or math.huge
local newestFirst = ARGV[11] == '1'
local answer = {''}
local function fits(text, value) return text == '' or text == '=' .. tostring(value or '') end
local function asked(state) return states == '' or string.find(states, ',' .. state .. ',', 1, true) ~= nil end

-- What has begun or ended, where it is not much: straight from the sets that it lies in.
local function fromSets()
  if asked('scheduled') then return nil end
  local sets = {}
  if asked('cancelled') then sets[#sets + 1] = ours('cancelled') end
  if asked('parked') then sets[#sets + 1] = ours('parked') end
  local ids = {}
  local function take(more)
    for _, id in ipairs(more) do ids[#ids + 1] = id end
  end
  for _, queue in ipairs(call('HKEYS', ours('queues'))) do
    if fits(wantedQueue, queue) then
      if asked('running') then take(call('LRANGE', of(queue, 'active'), 0, -1)) end
      if asked('succeeded') then sets[#sets + 1] = of(queue, 'completed') end
      if asked('failed') then sets[#sets + 1] = of(queue, 'failed') end
    end
  end
  local count = #ids
  for _, set in ipairs(sets) do count = count + call('ZCARD', set) end
  if count > looked * 5 then return nil end
  for _, set in ipairs(sets) do take(call('ZRANGE', set, 0, -1)) end
  local edge = tonumber(ARGV[1])
  local function isBeyond(place, other)
    if newestFirst then return place < other end
    return place > other
  end
  local places = {}
  for _, id in ipairs(ids) do
    local place = tonumber(call('ZSCORE', ours('all'), id))
    if place and isBeyond(place, edge) then places[#places + 1] = {id, place} end
  end
  table.sort(places, function(a, b) return isBeyond(b[2], a[2]) end)
  local found = {}
  for _, one in ipairs(places) do
    found[#found + 1] = one[1]
    found[#found + 1] = whole(one[2])
  end
  return found
end

local few = fromSets()
local found = few
if not few and newestFirst then
  found = call('ZREVRANGEBYSCORE', ours('all'), '(' .. ARGV[1], '-inf', 'WITHSCORES', 'LIMIT', 0, looked)
elseif not few then
  found = call('ZRANGEBYSCORE', ours('all'), '(' .. ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, looked)
end
for i = 1, #found, 2 do
  local id, place = found[i], tonumber(found[i + 1])
  local queue = queueNamed(whole(place % QUEUES))
  if queue and fits(wantedQueue, queue) then
    local some = read(of(queue, id), 'state', 'kind', 'key', 'timestamp')
    local kind = some[2] and decode(some[2])
    local at = number(some[4], 0)
    if kind and at >= from and at < before and asked(some[1] or '') and fits(name, kind[1])
      and fits(command, kind[3]) and (key == '' or (some[3] and fits(key, some[3]))) then
      local fields = fieldsOf(queue, id)
      table.insert(fields, 1, whole(place))
      answer[#answer + 1] = fields
      if #answer > wanted then
        answer[1] = whole(place)
        return answer
      end
    end
  end
end
if not few and #found == looked * 2 then answer[1] = whole(tonumber(found[#found])) end
return answer
`;
