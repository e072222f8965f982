-- Gives a track back unfinished, as at a deployment: the start does not count.
-- Returns 1, or 0 when the track is not this worker's.

local track = KEYS[1]
local lease = KEYS[2]
local running = KEYS[3]
local track_id = ARGV[1]
local worker = ARGV[2]

if redis.call('GET', lease) ~= worker then return 0 end
redis.call('DEL', lease)
redis.call('SREM', running, track_id)
redis.call('HINCRBY', track, 'starts', -1)
return 1
