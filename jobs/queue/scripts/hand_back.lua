-- Gives a track back unfinished, as at a deployment: the start does not count, and its job is in the line again, not
-- behind those of the present round.
-- Returns 1, or 0 when the track is not this worker's.

local track = KEYS[1]
local lease = KEYS[2]
local running = KEYS[3]
local queue = KEYS[4]
local turns = KEYS[5]
local track_id = ARGV[1]
local worker = ARGV[2]
local in_progress_prefix = ARGV[3]

if redis.call('GET', lease) ~= worker then return 0 end
redis.call('DEL', lease)
redis.call('SREM', running, track_id)
redis.call('HINCRBY', track, 'starts', -1)
local job = track_id .. '.' .. (redis.call('HGET', track, 'attempt') or '0')
local turn = redis.call('HGET', track, 'turn')
redis.call('DEL', in_progress_prefix .. job)
tell_followers(track_id)
if turn then
  local now = tonumber(redis.call('HGET', turns, '#now') or '1')
  redis.call('ZADD', queue, 'NX', math.min(tonumber(turn), now * 1000000), job)
  redis.call('PUBLISH', queue, '')
end
return 1
