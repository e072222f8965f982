-- Writes a request, unless it is there already, its asker or chat has too many open ones or had too many minutes,
-- or too many wait for a worker.
-- Returns 1 when written, 0 when it was there, -1 too many of the asker, -2 of the chat, -3 of all; or a failure
-- (JSON).

local request = KEYS[1]
local attended = KEYS[2]
local of_chat = KEYS[3]
local of_asker = KEYS[4]
local minutes_of_asker = KEYS[5]
local minutes_of_chat = KEYS[6]
local id = ARGV[1]
local track_id = ARGV[2]
local written = ARGV[3]
local phase = ARGV[4]
local time = ARGV[5]
local most_kept = ARGV[6]
local request_prefix = ARGV[7]
local most_per_person = ARGV[8]
local most_per_chat = ARGV[9]
local seconds_per_person = ARGV[10]
local seconds_per_chat = ARGV[11]
local song_seconds = ARGV[12]
local most_waiting = ARGV[13]
local card = ARGV[14]
local seconds_listed = ARGV[15]
local weight_of_a_second = ARGV[16]
-- ARGV[17]...: the open phases. `written`: the request (JSON). The limits in seconds and `most_waiting`: 0 is no
-- limit. `song_seconds`: 0 is unknown, -1 a request that counts for no quota. `card`: the note of a message that
-- becomes its card, or ''. `weight_of_a_second`: what a second of its music counts for, which `song_seconds` has in it.

if redis.call('EXISTS', request) == 1 then return 0 end
local weight = tonumber(weight_of_a_second)
local open = {}
for i = 17, #ARGV do open[ARGV[i]] = true end
local function count(key)
  local found = 0
  for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do
    if open[redis.call('HGET', request_prefix .. id, 'phase')] then found = found + 1 end
  end
  return found
end
if count(of_asker) >= tonumber(most_per_person) then return -1 end
if count(of_chat) >= tonumber(most_per_chat) then return -2 end
local now, seconds, most = tonumber(time), tonumber(song_seconds), tonumber(most_waiting)
if most > 0 and seconds >= 0 and redis.call('ZCARD', attended) >= most then
  open = {receiving = true, waiting = true}
  if count(attended) >= most then return -3 end
end
local limits = {person = tonumber(seconds_per_person), chat = tonumber(seconds_per_chat)}
local minutes = {person = minutes_of_asker, chat = minutes_of_chat}
if seconds >= 0 then
  for _, whose in ipairs({'person', 'chat'}) do
    if limits[whose] > 0 then
      local used, wait = over(minutes[whose], id, seconds, limits[whose], now, request_prefix, weight)
      if used then return failure(whose, seconds, limits[whose], used, wait, weight) end
    end
  end
end
for whose, limit in pairs(limits) do
  if limit > 0 then redis.call('HSET', request, whose .. '_seconds', limit) end
  if limit > 0 and seconds > 0 then note(minutes[whose], id, seconds, 0, now) end
end
redis.call('HSET', request, 'request', written, 'track', track_id, 'phase', phase)
if card ~= '' then redis.call('HSET', request, 'card', card) end
redis.call('ZADD', attended, time, id)
for _, key in ipairs({of_chat, of_asker}) do
  redis.call('ZADD', key, time, id)
  redis.call('ZREMRANGEBYRANK', key, 0, -1 - tonumber(most_kept))
  redis.call('EXPIRE', key, seconds_listed)
end
tell(request)
return 1
