-- Notes a track's known length, and how much of it is separated so far, for every request that waits for it. A
-- request without room for the larger of both fails, unless all is separated.
-- Returns the ids of the requests that failed, and of those for which it was noted.

local followers = KEYS[1]
local song_seconds = ARGV[1]
local separated_seconds = ARGV[2]
local time = ARGV[3]
local is_whole = ARGV[4]
local request_prefix = ARGV[5]
local minutes_prefix = ARGV[6]
local weight_of_a_second = ARGV[7]
-- ARGV[8]...: ids of requests that may have waited until a moment ago, for which only the separated part is noted.
-- `song_seconds`: 0 is unknown. `is_whole`: '1' when all is separated.
-- `weight_of_a_second`: what a second counts for.

local weight = tonumber(weight_of_a_second)
local seconds, separated = weight * tonumber(song_seconds), weight * tonumber(separated_seconds)
local now = tonumber(time)
local failed, charged = {}, {}
local function shares(id, request)
  local written, person, chat = unpack(redis.call('HMGET', request, 'request', 'person_seconds', 'chat_seconds'))
  if not written or not (person or chat) then return nil end
  local names = cjson.decode(written)
  local minutes = {person = minutes_prefix .. 'person:' .. names.asker, chat = minutes_prefix .. 'chat:' .. names.chat}
  return minutes, {person = tonumber(person or 0), chat = tonumber(chat or 0)}
end
local function note_all(minutes, limits, id, said)
  for whose, limit in pairs(limits) do
    if limit > 0 then note(minutes[whose], id, said, separated, now) end
  end
end
for _, id in ipairs(redis.call('SMEMBERS', followers)) do
  local key = request_prefix .. id
  local minutes, limits = shares(id, key)
  if minutes and redis.call('HGET', key, 'phase') == 'waiting' then
    local why = nil
    for _, whose in ipairs({'person', 'chat'}) do
      if limits[whose] > 0 and not why and is_whole ~= '1' then
        local needed = math.max(seconds, separated)
        local used, wait = over(minutes[whose], id, needed, limits[whose], now, request_prefix, weight)
        if used then why = failure(whose, needed, limits[whose], used, wait, weight) end
      end
    end
    if why then
      redis.call('HSET', key, 'phase', 'failed', 'failure', why, 'closed_at', time)
      redis.call('SREM', followers, id)
      failed[#failed + 1] = id
      tell(key)
    else
      charged[#charged + 1] = id
    end
    note_all(minutes, limits, id, why and 0 or seconds)
  end
end
for i = 8, #ARGV do
  local phase = redis.call('HGET', request_prefix .. ARGV[i], 'phase')
  local minutes, limits = shares(ARGV[i], request_prefix .. ARGV[i])
  if minutes and (phase == 'cancelled' or phase == 'failed') then note_all(minutes, limits, ARGV[i], 0) end
end
return {failed, charged}
