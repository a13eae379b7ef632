/**
 * Writes down what an attempt came to. Fenced: `ats` counts the claims, as BullMQ does, and a claim that was lost has
 * another number by now. One that was told to stop ends as cancelled, whatever it came to.
 */
export const SETTLE = `
local function keepError(hash, name, message, stack, failures)
  call('HSET', hash, 'errorName', name, 'failedReason', message, 'stacktrace', cjson.encode({stack}), 'failures', failures)
end

-- '': the claim was lost. Else what was written down: 'told', or 'cancelled'.
local function settle(queue, id, claim, ending, runAt, name, message, stack, failures)
  local hash = of(queue, id)
  local found = read(hash, 'state', 'ats', 'cancel', 'attempt', 'key', 'priority', 'runAt', 'kind', 'told')
  local state, attempt = found[1], number(found[4], 1)
  -- It had landed, and was claimed again before whoever reports it heard that.
  if found[9] == claim then return 'told' end
  if found[2] ~= claim then return '' end
  -- It had landed, and only the answer was lost: nobody else can end this claim without taking another number.
  if call('LREM', of(queue, 'active'), 1, id) == 0 then return state == 'cancelled' and 'cancelled' or 'told' end
  if found[3] then ending = 'cancelled' end
  if ending == 'succeeded' then
    call('ZADD', of(queue, 'completed'), now, id)
    call('HSET', hash, 'state', 'succeeded', 'finishedOn', whole(now), 'returnvalue', 'null', 'atm', attempt)
    return 'told'
  end
  if ending == 'cancelled' or ending == 'failed' then
    call('HDEL', hash, 'cancel')
    if ending == 'failed' then keepError(hash, name, message, stack, failures) end
    call('HSET', hash, 'atm', attempt)
    finish(queue, id, ending)
    return ending == 'failed' and 'told' or 'cancelled'
  end
  local priority = number(found[6], HIGHEST)
  call('HSET', hash, 'told', claim)
  if ending == 'retrying' then
    keepError(hash, name, message, stack, failures)
    call('HSET', hash, 'state', 'scheduled', 'runAt', runAt, 'atm', attempt)
    wait(queue, id, tonumber(runAt), priority)
    return 'told'
  end
  -- The attempt does not count.
  call('HSET', hash, 'attempt', attempt - 1)
  if ending == 'parked' then
    park(queue, id, found[8] or '', name, message)
    -- It never began, and so holds its key again, unless another took that meanwhile.
    if attempt == 1 and found[5] and call('HGET', ours('keys'), found[5]) == id then call('HSET', hash, 'holds', 1) end
  elseif ending == 'snoozed' then
    call('HSET', hash, 'state', 'scheduled', 'runAt', runAt)
    wait(queue, id, tonumber(runAt), priority)
  else
    call('HSET', hash, 'state', 'scheduled')
    wait(queue, id, number(found[7], now), priority)
  end
  return 'told'
end
`;
