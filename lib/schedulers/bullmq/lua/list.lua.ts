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
 * Needs `ORDERS`. A step of a list, by when entries were scheduled. `ARGV`: the place beyond which it begins; how many are wanted; how many
 * are looked at; the states, as `,scheduled,running,` or ''; then queue, name, command and key, each '' or what is looked
 * for, prefixed by `=`; the times from which and before which, each a number or ''; 1 where the newest come first.
 *
 * @returns `{the last place that was looked at, or '' at the end, {place, ...fields}, ...}`.
 */
export const LIST = `
local edge, wanted, looked = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local states, wantedQueue, name, command, key = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local from, before = tonumber(ARGV[9]), tonumber(ARGV[10])
local newestFirst = ARGV[11] == '1'
local low, high = placesBetween(from, before)
local function fits(text, value) return text == '' or text == '=' .. tostring(value or '') end
local function asked(state) return states == '' or string.find(states, ',' .. state .. ',', 1, true) ~= nil end
local function isBeyond(place, other)
  if newestFirst then return place < other end
  return place > other
end

local kinds = {}
local function fitsKind(kind)
  if kinds[kind] == nil then
    local parts = decode(kind)
    kinds[kind] = fits(name, parts[1]) and fits(command, parts[3])
  end
  return kinds[kind]
end

-- Of these, one leads to each entry that fits.
local function ordersOf()
  if key ~= '' then return {'keyed/' .. string.sub(key, 2)} end
  if name == '' and command == '' then return {'all'} end
  local orders = {}
  for _, kind in ipairs(call('SMEMBERS', ours('kinds'))) do
    if fitsKind(kind) then orders[#orders + 1] = 'kind/' .. kind end
  end
  return orders
end

-- So do the sets in which entries lie by their states.
local function stateSets()
  local sets, lists = {}, {}
  if asked('cancelled') then sets[#sets + 1] = ours('cancelled') end
  if asked('parked') then sets[#sets + 1] = ours('parked') end
  for _, queue in ipairs(call('HKEYS', ours('queues'))) do
    if fits(wantedQueue, queue) then
      if asked('scheduled') then
        sets[#sets + 1] = of(queue, 'delayed')
        sets[#sets + 1] = of(queue, 'prioritized')
        lists[#lists + 1] = of(queue, 'wait')
      end
      if asked('running') then lists[#lists + 1] = of(queue, 'active') end
      if asked('succeeded') then sets[#sets + 1] = of(queue, 'completed') end
      if asked('failed') then sets[#sets + 1] = of(queue, 'failed') end
    end
  end
  return sets, lists
end

local function countIn(sets, lists)
  local count = 0
  for _, set in ipairs(sets) do count = count + call('ZCARD', set) end
  for _, list in ipairs(lists) do count = count + call('LLEN', list) end
  return count
end

local wantedNumber = wantedQueue ~= '' and tonumber(call('HGET', ours('queues'), string.sub(wantedQueue, 2)) or -1)
local function isInQueue(place) return not wantedNumber or place % QUEUES == wantedNumber end

-- Ids and places beyond the edge, in the order that is asked for, at most so many; and whether that is not all.
local function firstOf(places, count)
  local some = {}
  local first, last, step = 1, #places, 2
  if newestFirst then first, last, step = #places - 1, 1, -2 end
  for i = first, last, step do
    local place = tonumber(places[i + 1])
    if isBeyond(place, edge) and isInQueue(place) then
      if #some == count * 2 then return some, true end
      some[#some + 1] = places[i]
      some[#some + 1] = places[i + 1]
    end
  end
  return some, false
end

local function placesOf(ids)
  local found = {}
  for _, id in ipairs(ids) do
    local place = call('ZSCORE', ours('all'), id)
    if place then found[#found + 1] = {id, place} end
  end
  table.sort(found, function(a, b) return tonumber(a[2]) < tonumber(b[2]) end)
  local flat = {}
  for _, one in ipairs(found) do
    flat[#flat + 1] = one[1]
    flat[#flat + 1] = one[2]
  end
  return flat
end

local function fromSet(set, count)
  local places = redis.pcall('ZINTER', 2, set, ours('all'), 'WEIGHTS', 0, 1, 'WITHSCORES')
  -- Before Redis 6.2.
  if places.err then places = placesOf(call('ZRANGE', set, 0, -1)) end
  return firstOf(places, count)
end

local function fromList(list, count) return firstOf(placesOf(call('LRANGE', list, 0, -1)), count) end

local function fromOrder(order, count)
  local some
  if newestFirst then
    local last = '(' .. whole(math.min(edge, high))
    some = call('ZREVRANGEBYSCORE', ours(order), last, whole(low), 'WITHSCORES', 'LIMIT', 0, count)
  else
    local first = edge < low and whole(low) or '(' .. whole(edge)
    some = call('ZRANGEBYSCORE', ours(order), first, '(' .. whole(high), 'WITHSCORES', 'LIMIT', 0, count)
  end
  return some, #some == count * 2
end

-- A step of each source; and the place up to which none of them has left one out.
local found, stop = {}, nil
local function take(some, isMore)
  for i = 1, #some, 2 do found[#found + 1] = {some[i], tonumber(some[i + 1])} end
  local last = isMore and tonumber(some[#some])
  if last and (not stop or isBeyond(stop, last)) then stop = last end
end

local orders = ordersOf()
local total = 0
for _, order in ipairs(orders) do total = total + call('ZCOUNT', ours(order), whole(low), '(' .. whole(high)) end
if total == 0 then return {''} end
local sets, lists = {}, {}
if states ~= '' or wantedQueue ~= '' then sets, lists = stateSets() end
local sources = #sets + #lists
if sources > 0 and countIn(sets, lists) <= math.min(looked * 20, total) then
  local count = math.max(math.ceil(looked / sources), wanted)
  for _, set in ipairs(sets) do take(fromSet(set, count)) end
  for _, list in ipairs(lists) do take(fromList(list, count)) end
else
  local count = math.max(math.ceil(looked / #orders), wanted)
  for _, order in ipairs(orders) do take(fromOrder(order, count)) end
end
table.sort(found, function(a, b) return isBeyond(b[2], a[2]) end)

local answer = {''}
local placeBefore = nil
for _, one in ipairs(found) do
  local id, place = one[1], one[2]
  if stop and isBeyond(place, stop) then break end
  local queue = queueNamed(whole(place % QUEUES))
  -- What BullMQ's own tools have moved may lie in two sets.
  local isNew = place ~= placeBefore
  placeBefore = place
  if isNew and queue and fits(wantedQueue, queue) then
    local values = read(of(queue, id), 'state', 'kind', 'key', 'timestamp')
    local kind, at = values[2], number(values[4], 0)
    if kind and fitsKind(kind) and asked(values[1] or '') and (not from or at >= from) and (not before or at < before)
      and (key == '' or (values[3] and fits(key, values[3]))) then
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
if stop then answer[1] = whole(stop) end
return answer
`;
