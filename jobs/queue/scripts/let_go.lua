-- Stops attending to a request, unless it is open, and lets it expire.
-- Returns 1, or 0 when the request is open.

local request = KEYS[1]
local attended = KEYS[2]
local parts = KEYS[3]
local id = ARGV[1]
local seconds_kept = ARGV[2]
-- ARGV[3]...: the open phases.

local phase = redis.call('HGET', request, 'phase')
for i = 3, #ARGV do
  if phase == ARGV[i] then return 0 end
end
redis.call('ZREM', attended, id)
redis.call('EXPIRE', request, seconds_kept)
redis.call('EXPIRE', parts, seconds_kept)
return 1
