/**
 * Where things lie, and the time. `KEYS[1]` is the prefix with its hash tag: every key is made from it, so that all lie in
 * one slot of a cluster.
 *
 * Of each queue, as BullMQ has it: `<queue>:<id>`, a hash for an entry; `prioritized` (waits for a worker), `delayed`
 * (waits for its time), `active`, `completed`, `failed`, and `meta` with `paused`. An entry waits in `prioritized` with
 * any priority: BullMQ would let those without one go first.
 *
 * Of all queues, behind an `@`, with which no queue's name begins:
 * - `@all`: entries in the order of scheduling; the score also says which queue, by its number
 * - `@kinds`, `@kind/<kind>`, `@keyed/<key>`, `@spans`, `@odd`: so that lists find what fits, see `ORDERS`
 * - `@queues`: the number of each queue; `@queue-names`: the other way round
 * - `@keys`: the entry that holds each key, else the last that did
 * - `@cancelled`, `@parked` and `@parked/<kind>`: states that BullMQ does not have
 * - `@workers`: when each was last seen; `@worker/<id>`: about it; `@knows/<id>`: the kinds that it can run
 * - `@recurring...`: recurring jobs
 * - `@full`: milliseconds that more entries wait for than one has places, and up to which one theirs reach
 * - `@swept`: how far the look for what was removed by hand has come
 *
 * Numbers become text by `whole`: Lua itself would round a time in milliseconds.
 */
export const LAYOUT = `
local call = redis.call
local root = KEYS[1]
local seconds = call('TIME')
local now = seconds[1] * 1000 + math.floor(seconds[2] / 1000)
local QUEUES = 16384
local HIGHEST = 1048576
local PRIORITY = 4294967296
local INSTANT = 4096

local function whole(number) return string.format('%.0f', number) end
-- What was edited by hand must not keep a worker from all that lies behind it.
local function decode(text)
  local readable, value = pcall(cjson.decode, text or '')
  if readable and type(value) == 'table' then return value end
  return {}
end
local function number(text, instead)
  local value = tonumber(text)
  if value and value == value and math.abs(value) < math.huge then return value end
  return instead
end
local function read(hash, ...)
  local values = redis.pcall('HMGET', hash, ...)
  if values.err then return {} end
  return values
end

local function ours(name) return root .. '@' .. name end
local function of(queue, name) return root .. queue .. ':' .. name end

local names = {}
local function queueNamed(number)
  if not names[number] then names[number] = call('HGET', ours('queue-names'), number) end
  return names[number]
end

local numbers = {}
local function numberOf(queue)
  if not numbers[queue] then
    local number = call('HGET', ours('queues'), queue)
    if not number then
      number = call('HLEN', ours('queues'))
      call('HSET', ours('queues'), queue, number)
      call('HSET', ours('queue-names'), number, queue)
    end
    numbers[queue] = tonumber(number)
  end
  return numbers[queue]
end

-- The queue of an entry; nil where there is no such entry.
local function queueOf(id)
  local place = call('ZSCORE', ours('all'), id)
  if not place then return nil end
  return queueNamed(whole(tonumber(place) % QUEUES))
end
`;
