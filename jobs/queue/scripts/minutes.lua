-- Functions that count the music separated for a person or a chat within a day. `jobs.queue.quotas` puts them before
-- the scripts that use them, with the table `theirs` of the reasons whose failures count.
--
-- A hash has, under each request's id, the time of the request, the stated length of the song, and the seconds
-- separated so far; the larger one counts while the request is open or done. Of a request that was cancelled, or
-- failed by one of `theirs`, the separated part counts. Notes are absolute numbers, so that noting one again, or
-- starting the song again, counts nothing twice.
--
-- `over` returns nil while there is room for `seconds` more, or for an unknown length (0) while not all is used;
-- else the used seconds and those until there is room (-1: never). A request always has room for the length stated for
-- it and two seconds more, since lengths are rounded. `weight`: what a second of this request's music counts for; all
-- other numbers are weighted already.

local function read(note)
  local at, said, separated = string.match(note or '', '^(%S+) (%S+) ?(%S*)$')
  if not at then return nil, 0, 0 end
  said = tonumber(said)
  return at, said, separated == 'made' and said or tonumber(separated) or 0
end

local function counts(request, said, separated)
  local phase, why = unpack(redis.call('HMGET', request, 'phase', 'failure'))
  if phase == 'failed' then
    local known, failure = pcall(cjson.decode, why or '')
    return known and type(failure) == 'table' and theirs[failure.reason] and separated or 0
  end
  if phase == 'cancelled' then return separated end
  return phase and math.max(said, separated) or 0
end

local function over(key, id, seconds, limit, now, requests, weight)
  local used, reserved, counted = 0, 0, {}
  local noted = redis.call('HGETALL', key)
  for i = 1, #noted, 2 do
    local at, said, separated = read(noted[i + 1])
    local long = counts(requests .. noted[i], said, separated)
    if not at or long == 0 or now - tonumber(at) >= 86400 then
      redis.call('HDEL', key, noted[i])
    elseif noted[i] == id then
      reserved = said + 2 * weight
    else
      used = used + long
      counted[#counted + 1] = {tonumber(at) + 86400, long}
    end
  end
  local function fits(before) return before + seconds <= limit and (seconds > 0 or before < limit) end
  if fits(used) or (reserved > 0 and seconds <= reserved) then return nil end
  table.sort(counted, function(one, other) return one[1] < other[1] end)
  local left = used
  for _, each in ipairs(counted) do
    left = left - each[2]
    if fits(left) then return used, each[1] - now end
  end
  return used, -1
end

local function note(key, id, seconds, separated, now)
  local at, said, before = read(redis.call('HGET', key, id))
  if seconds > 0 then said = seconds end
  separated = math.max(before, separated)
  if said == 0 and separated == 0 then return end
  redis.call('HSET', key, id, string.format('%s %.3f %.3f', at or string.format('%.3f', now), said, separated))
  redis.call('EXPIRE', key, 86400)
end

local function failure(whose, seconds, limit, used, wait, weight)
  if wait < 0 then
    local values = {seconds = seconds / weight, limit_seconds = limit / weight}
    return cjson.encode({reason = 'too_long', values = values})
  end
  local values = {whose = whose, limit_seconds = limit, used_seconds = used, wait_seconds = wait}
  if weight > 1 then values.weight = weight end
  return cjson.encode({reason = 'over_quota', detail = 'of one ' .. whose, values = values})
end
