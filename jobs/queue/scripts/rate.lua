-- Limits a person's messages: a bucket that fills within a minute. When it is empty, messages are ignored until it is
-- half full again, and every message meanwhile empties it.
-- Returns 1 for a message to answer, 0 for the first one to ignore, then -1.

local rate = KEYS[1]
local time = ARGV[1]
local per_minute = ARGV[2]

local most, now = tonumber(per_minute), tonumber(time)
local left, at, hushed = unpack(redis.call('HMGET', rate, 'left', 'at', 'hushed'))
left = math.min(most, tonumber(left or most) + math.max(0, now - tonumber(at or now)) * most / 60)
local heard = 1
if hushed == '1' and left < most / 2 then
  left, heard = 0, -1
elseif left < 1 then
  left, heard, hushed = 0, 0, '1'
else
  left, hushed = left - 1, '0'
end
redis.call('HSET', rate, 'left', left, 'at', string.format('%.3f', now), 'hushed', hushed)
redis.call('EXPIRE', rate, 60)
return heard
