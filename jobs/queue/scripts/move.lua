-- Moves a request to another phase, if it is in one of the allowed ones. The first closing time is kept.
-- Returns 1 when moved, else 0. `closed_at` and `failure` (JSON) are empty where there is none.

local request = KEYS[1]
local to = ARGV[1]
local closed_at = ARGV[2]
local failure = ARGV[3]
-- ARGV[4]...: the allowed phases.

local phase = redis.call('HGET', request, 'phase')
for i = 4, #ARGV do
  if phase == ARGV[i] then
    redis.call('HSET', request, 'phase', to)
    if closed_at ~= '' then redis.call('HSETNX', request, 'closed_at', closed_at) end
    if failure ~= '' then redis.call('HSET', request, 'failure', failure) end
    tell(request)
    return 1
  end
end
return 0
