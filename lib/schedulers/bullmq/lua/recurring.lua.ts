/** @returns `{id, definition, next or '', last or ''}` of each that is not set aside. */
export const ALL_RECURRING = `
local answer = {}
local all = call('HGETALL', ours('recurring'))
for i = 1, #all, 2 do
  local id = all[i]
  if call('HEXISTS', ours('recurring-idle'), id) == 0 then
    answer[#answer + 1] = {id, all[i + 1], call('HGET', ours('recurring-next'), id) or '', call('HGET', ours('recurring-last'), id) or ''}
  end
end
return answer
`;

/** One, also where it is set aside. `ARGV`: its id. @returns `{definition, next or '', last or ''}`, or nil. */
export const FIND_RECURRING = `
local definition = call('HGET', ours('recurring'), ARGV[1])
if not definition then return nil end
return {definition, call('HGET', ours('recurring-next'), ARGV[1]) or '', call('HGET', ours('recurring-last'), ARGV[1]) or ''}
`;

const PUT = `
local function put(name, id, value)
  if value == '' then call('HDEL', ours(name), id) else call('HSET', ours(name), id, value) end
end
`;

/**
 * Puts one in place of what it was made from, unless that has changed meanwhile. `ARGV`: its id; definition and next time
 * as they were; definition, next and last time as they are to be; 1 where it is declared; the worker that declares it, or ''.
 *
 * @returns 1, or 0 where it has changed.
 */
export const PUT_RECURRING = `${PUT}
local id = ARGV[1]
if (call('HGET', ours('recurring'), id) or '') ~= ARGV[2] then return 0 end
if (call('HGET', ours('recurring-next'), id) or '') ~= ARGV[3] then return 0 end
call('HSET', ours('recurring'), id, ARGV[4])
put('recurring-next', id, ARGV[5])
put('recurring-last', id, ARGV[6])
call('HDEL', ours('recurring-idle'), id)
if ARGV[7] == '1' then call('SADD', ours('recurring-declared'), id) else call('SREM', ours('recurring-declared'), id) end
if ARGV[7] == '1' and call('ZSCORE', ours('workers'), ARGV[8]) then call('SADD', ours('declares/') .. ARGV[8], id) end
tell('recurring')
return 1
`;

const REMOVE = `
local function remove(id)
  local found = call('HDEL', ours('recurring'), id)
  call('HDEL', ours('recurring-next'), id)
  call('HDEL', ours('recurring-last'), id)
  call('HDEL', ours('recurring-idle'), id)
  call('SREM', ours('recurring-declared'), id)
  return found
end
`;

/** `ARGV`: its id. @returns 1 where there was one. */
export const DELETE_RECURRING = `${REMOVE}
local found = remove(ARGV[1])
tell('recurring')
return found
`;

/** `ARGV`: the worker; the ids that it declares, all of them. */
export const DECLARE = `
if not call('ZSCORE', ours('workers'), ARGV[1]) then return 0 end
call('DEL', ours('declares/') .. ARGV[1])
for i = 2, #ARGV do call('SADD', ours('declares/') .. ARGV[1], ARGV[i]) end
return 1
`;

/**
 * Declarations that no living worker makes are set aside, not deleted at once: in a rolling deploy the process that makes
 * them may be the next to come, and then no tick is to be lost. `ARGV`: how long they are remembered, in ms.
 */
export const SWEEP_RECURRING = `${REMOVE}
local declared = {}
for _, worker in ipairs(call('ZRANGE', ours('workers'), 0, -1)) do
  for _, id in ipairs(call('SMEMBERS', ours('declares/') .. worker)) do declared[id] = true end
end
for _, id in ipairs(call('SMEMBERS', ours('recurring-declared'))) do
  local idle = call('HGET', ours('recurring-idle'), id)
  if declared[id] then
    if idle then call('HDEL', ours('recurring-idle'), id) end
  elseif not idle then
    call('HSET', ours('recurring-idle'), id, whole(now))
  elseif tonumber(idle) + tonumber(ARGV[1]) < now then
    remove(id)
  end
end
return 1
`;

/**
 * Moves one on, of all workers one; comes before `insert`, with its arguments. `ARGV`: its id, the next time as it was,
 * next and last time as they are to be, all behind the arguments of `insert`.
 */
export const MOVE_ON = `${PUT}
local function moveOn(id, before, next, last)
  if (call('HGET', ours('recurring-next'), id) or '') ~= before then return false end
  put('recurring-next', id, next)
  put('recurring-last', id, last)
  return true
end
local last = #ARGV
if not moveOn(ARGV[last - 3], ARGV[last - 2], ARGV[last - 1], ARGV[last]) then return {'passed', whole(now)} end
`;
