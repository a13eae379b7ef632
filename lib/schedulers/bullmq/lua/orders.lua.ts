/**
 * The orders in which lists read: of all entries, of each kind, and of each key, by their places. A place tells when an entry
 * was stored, not when it was scheduled: `@spans` leads from a time to the first place of it and, since some come late
 * (taken over from another scheduler, or while the server's clock was behind), `@odd` to how far those reach.
 */
export const ORDERS = `
local SPAN = 600000

local enlisted, enlistedCount = {}, 0
local function enlistAll()
  for order, places in pairs(enlisted) do call('ZADD', ours(order), unpack(places)) end
  enlisted, enlistedCount = {}, 0
end

local function putIn(order, id, place)
  local places = enlisted[order]
  if not places then
    places = {}
    enlisted[order] = places
  end
  places[#places + 1] = place
  places[#places + 1] = id
end

local latestSpan = nil
-- Written at the latest by enlistAll.
local function enlist(id, kind, key, place, scheduledAt)
  if not latestSpan then
    local span = math.floor(now / SPAN)
    latestSpan = tonumber(call('ZREVRANGE', ours('spans'), 0, 0, 'WITHSCORES')[2]) or 0
    if span > latestSpan then
      -- Of what an earlier build has stored no span tells.
      if latestSpan == 0 and call('EXISTS', ours('all')) == 1 then call('HSETNX', ours('odd'), 'early', '0') end
      latestSpan = span
      call('ZADD', ours('spans'), span, whole(span) .. ':' .. whole(place))
    end
  end
  local span = math.floor(scheduledAt / SPAN)
  if span < latestSpan - 1 then call('HSET', ours('odd'), 'late', whole(place)) end
  if span > latestSpan + 1 then call('HSETNX', ours('odd'), 'early', whole(place)) end
  if not enlisted['kind/' .. kind] then call('SADD', ours('kinds'), kind) end
  putIn('all', id, place)
  putIn('kind/' .. kind, id, place)
  if key ~= '' then putIn('keyed/' .. key, id, place) end
  enlistedCount = enlistedCount + 1
  if enlistedCount >= 1000 then enlistAll() end
end

local function delistFromKind(kind, ids)
  local found = call('ZREM', ours('kind/') .. kind, unpack(ids))
  if found > 0 and call('EXISTS', ours('kind/') .. kind) == 0 then call('SREM', ours('kinds'), kind) end
  return found
end

-- Of which nothing says any more what kind they were.
local function delistAll(ids)
  if #ids == 0 then return end
  call('ZREM', ours('all'), unpack(ids))
  for _, kind in ipairs(call('SMEMBERS', ours('kinds'))) do delistFromKind(kind, ids) end
end

local function delist(id, kind, key)
  if key then call('ZREM', ours('keyed/') .. key, id) end
  -- A kind that was edited is not the one by which it was enlisted.
  if kind and delistFromKind(kind, {id}) == 1 then call('ZREM', ours('all'), id) else delistAll({id}) end
end

-- What an earlier build has stored, or somebody edited, is not in the orders of its kind and key.
local function mend(id, place, kind, key)
  if kind and call('ZADD', ours('kind/') .. kind, 'NX', place, id) == 1 then call('SADD', ours('kinds'), kind) end
  if key then call('ZADD', ours('keyed/') .. key, 'NX', place, id) end
end

-- Those that lead to nothing which is still there.
local function forgetSpans()
  local oldest = tonumber(call('ZRANGE', ours('all'), 0, 0, 'WITHSCORES')[2]) or math.huge
  for _ = 1, 100 do
    local second = call('ZRANGE', ours('spans'), 1, 1)[1]
    if not second or tonumber(string.match(second, ':(%d+)$')) > oldest then return end
    call('ZREMRANGEBYRANK', ours('spans'), 0, 0)
  end
end

-- Of what was scheduled within the times: the first place, and the one behind the last.
local function placesBetween(from, before)
  local odd = read(ours('odd'), 'early', 'late')
  local function placeSince(time)
    local first = call('ZRANGEBYSCORE', ours('spans'), math.floor(time / SPAN), '+inf', 'LIMIT', 0, 1)[1]
    return first and tonumber(string.match(first, ':(%d+)$'))
  end
  local low, high = 0, 9007199254740991
  if from then
    low = placeSince(from - SPAN) or high
    if odd[1] then low = math.min(low, tonumber(odd[1])) end
  end
  if before then
    high = placeSince(before + 2 * SPAN) or high
    if odd[2] then high = math.max(high, tonumber(odd[2]) + 1) end
  end
  return low, high
end
`;
