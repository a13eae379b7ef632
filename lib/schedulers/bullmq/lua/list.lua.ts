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

-- Where that is the shorter way: all that is in the states, with places.
local function fromStates(most)
  if states == '' and wantedQueue == '' then return nil end
  local sets, lists = stateSets()
  local count = 0
  for _, set in ipairs(sets) do count = count + call('ZCARD', set) end
  for _, list in ipairs(lists) do count = count + call('LLEN', list) end
  if count > most then return nil end
  local found = {}
  local function take(ids)
    for _, id in ipairs(ids) do
      local place = tonumber(call('ZSCORE', ours('all'), id))
      if place and isBeyond(place, edge) then found[#found + 1] = {id, place} end
    end
  end
  for _, set in ipairs(sets) do take(call('ZRANGE', set, 0, -1)) end
  for _, list in ipairs(lists) do take(call('LRANGE', list, 0, -1)) end
  return found
end

local function countOf(order)
  return call('ZCOUNT', ours(order), whole(low), '(' .. whole(high))
end

local function some(order, count)
  if newestFirst then
    return call('ZREVRANGEBYSCORE', ours(order), '(' .. whole(math.min(edge, high)), whole(low), 'WITHSCORES', 'LIMIT', 0, count)
  end
  local start = edge < low and whole(low) or '(' .. whole(edge)
  return call('ZRANGEBYSCORE', ours(order), start, '(' .. whole(high), 'WITHSCORES', 'LIMIT', 0, count)
end

-- A step of each, and the place up to which none of them has left one out.
local function fromOrders(orders)
  local count = math.max(math.ceil(looked / #orders), 20)
  local found, stop = {}, nil
  for _, order in ipairs(orders) do
    local ids = some(order, count)
    for i = 1, #ids, 2 do found[#found + 1] = {ids[i], tonumber(ids[i + 1])} end
    if #ids == count * 2 then
      local last = tonumber(ids[#ids])
      if not stop or isBeyond(stop, last) then stop = last end
    end
  end
  return found, stop
end

local orders = ordersOf()
local total = 0
for _, order in ipairs(orders) do total = total + countOf(order) end
if total == 0 then return {''} end
local found, stop = fromStates(math.min(looked * 5, total)), nil
if not found then found, stop = fromOrders(orders) end
table.sort(found, function(a, b) return isBeyond(b[2], a[2]) end)

local answer = {''}
for _, one in ipairs(found) do
  local id, place = one[1], one[2]
  if stop and isBeyond(place, stop) then break end
  local queue = queueNamed(whole(place % QUEUES))
  if queue and fits(wantedQueue, queue) then
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
