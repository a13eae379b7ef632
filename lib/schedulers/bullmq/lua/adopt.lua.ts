/**
 * Needs `ORDERS`. Takes over entries of another scheduler as they are there. `ARGV`: how many, and of each its id, queue, time, state, kind, key
 * or '', 1 where it holds that, reason and text for which it is parked, and how many texts follow: fields and their values.
 *
 * @returns of each `{'adopted'}`, `{'known'}`, or `{'conflict', holder}`.
 */
export const ADOPT = `
local at = 1
local function argument() at = at + 1; return ARGV[at - 1] end

local function adopt()
  local id, queue, runAt, state, kind = argument(), argument(), tonumber(argument()), argument(), argument()
  local key, holds, reason, text = argument(), argument() == '1', argument(), argument()
  local fields = {}
  for i = 1, tonumber(argument()) do fields[i] = argument() end
  local hash = of(queue, id)
  if queueOf(id) and call('EXISTS', hash) == 1 then return {'known'} end
  local holder = key ~= '' and holderOf(key)
  if holder and holds then return {'conflict', holder} end
  call('HSET', hash, 'state', state, 'kind', kind, 'runAt', whole(runAt), unpack(fields))
  if key ~= '' then
    call('HSET', hash, 'key', key)
    if holds then call('HSET', hash, 'holds', 1) end
    if not holder then call('HSET', ours('keys'), key, id) end
  end
  if state == 'parked' then
    park(queue, id, kind, reason, text)
  elseif state == 'failed' then
    finish(queue, id, state)
  else
    -- Also what is due: from there it comes in the order of its times.
    call('ZADD', of(queue, 'delayed'), scoreOf(queue, runAt), id)
    due(runAt <= now and 0 or runAt)
  end
  -- The last of it: before, it is not known, and is taken over once more.
  local place = call('INCR', ours('scheduled')) * QUEUES + numberOf(queue)
  enlist(id, kind, key, place, number(read(hash, 'timestamp')[1], 0))
  enlistAll()
  return {'adopted'}
end

local answer = {}
for i = 1, tonumber(argument()) do answer[i] = adopt() end
tellDue()
return answer
`;
