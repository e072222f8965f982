-- Reopens a finished request, to deliver a part again.
-- Returns 1 when the request is open again, 0 when it was not done.

local request = KEYS[1]
local attended = KEYS[2]
local parts = KEYS[3]
local id = ARGV[1]
local time = ARGV[2]

if redis.call('HGET', request, 'phase') ~= 'done' then return 0 end
redis.call('HSET', request, 'phase', 'sending')
redis.call('PERSIST', request)
redis.call('PERSIST', parts)
redis.call('ZADD', attended, time, id)
tell(request)
return 1
