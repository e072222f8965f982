-- Gives a track to a worker, under a lease, and takes its job out of the line.
-- Returns how often the track was started, this time included; 0 when no request follows it; -1 when another worker
-- has it.

local track = KEYS[1]
local followers = KEYS[2]
local lease = KEYS[3]
local running = KEYS[4]
local queue = KEYS[5]
local turns = KEYS[6]
local track_id = ARGV[1]
local worker = ARGV[2]
local lease_ms = ARGV[3]

local owner = redis.call('GET', lease)
if owner and owner ~= worker then return -1 end
if redis.call('SCARD', followers) == 0 then return 0 end
redis.call('SET', lease, worker, 'PX', lease_ms)
redis.call('SADD', running, track_id)
local job = track_id .. '.' .. (redis.call('HGET', track, 'attempt') or '0')
local turn = redis.call('ZSCORE', queue, job)
if turn then
  redis.call('ZREM', queue, job)
  redis.call('HSET', track, 'turn', turn)
  redis.call('HSET', turns, '#now', math.floor(tonumber(turn) / 1000000))
  tell_next_in_line(queue)
end
tell_followers(track_id)
return redis.call('HINCRBY', track, 'starts', 1)
