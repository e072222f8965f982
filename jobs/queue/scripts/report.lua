-- Writes the progress of a track, and tells front ends.
-- Returns the number of requests that follow the track.

local track = KEYS[1]
local followers = KEYS[2]
local track_id = ARGV[1]
local progress = ARGV[2]
-- `progress`: JSON.

redis.call('HSET', track, 'progress', progress)
tell_followers(track_id)
return redis.call('SCARD', followers)
