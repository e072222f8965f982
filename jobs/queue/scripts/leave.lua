-- Ends a request's following of a track. When no request is left and no worker has the track, its job is removed
-- too.
-- Returns 1 when the job was removed, else 0.

local track = KEYS[1]
local followers = KEYS[2]
local wants = KEYS[3]
local awaited = KEYS[4]
local running = KEYS[5]
local id = ARGV[1]
local track_id = ARGV[2]
local job_prefix = ARGV[3]
local seconds_kept = ARGV[4]
-- KEYS[6]...: the queues of all lanes. `job_prefix`: of arq's keys for jobs.

redis.call('SREM', followers, id)
if redis.call('SCARD', followers) > 0 or redis.call('SISMEMBER', running, track_id) == 1 then return 0 end
if redis.call('EXISTS', track) == 0 then return 0 end
local job = track_id .. '.' .. (redis.call('HGET', track, 'attempt') or '0')
for i = 6, #KEYS do redis.call('ZREM', KEYS[i], job) end
redis.call('DEL', job_prefix .. job, wants)
redis.call('SREM', awaited, track_id)
redis.call('HINCRBY', track, 'attempt', 1)
redis.call('EXPIRE', track, seconds_kept)
return 1
