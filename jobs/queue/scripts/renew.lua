-- Renews a worker's lease of a track. A lease that expired unseen, as while Redis was away, is taken up again if no
-- other worker has begun the track since.
-- Returns 1 when the track is this worker's, else 0.

local lease = KEYS[1]
local track = KEYS[2]
local running = KEYS[3]
local queue = KEYS[4]
local track_id = ARGV[1]
local worker = ARGV[2]
local lease_ms = ARGV[3]
local start = ARGV[4]

local owner = redis.call('GET', lease)
if owner and owner ~= worker then return 0 end
if not owner and redis.call('HGET', track, 'starts') ~= start then return 0 end
redis.call('SET', lease, worker, 'PX', lease_ms)
if not owner then  -- it may have been freed
  redis.call('SADD', running, track_id)
  redis.call('ZREM', queue, track_id .. '.' .. (redis.call('HGET', track, 'attempt') or '0'))
end
return 1
