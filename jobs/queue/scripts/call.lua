-- Stores the title and length of a track (JSON), if the track exists.
-- Returns 1 when the track exists, else 0.

local track = KEYS[1]
local called = ARGV[1]

if redis.call('EXISTS', track) == 0 then return 0 end
redis.call('HSET', track, 'called', called)
return 1
