-- Frees a track whose worker is dead: its job is in the line again, not behind those of the present round.
-- Returns 1; 0 when a worker has the track; 2 when it is freed, but its job has to be queued anew.

local lease = KEYS[1]
local running = KEYS[2]
local track = KEYS[3]
local track_id = ARGV[1]
local queue_prefix = ARGV[2]
local turns_prefix = ARGV[3]
local job_prefix = ARGV[4]
local in_progress_prefix = ARGV[5]

if redis.call('EXISTS', lease) == 1 or redis.call('SREM', running, track_id) == 0 then return 0 end
local attempt, lane, turn = unpack(redis.call('HMGET', track, 'attempt', 'lane', 'turn'))
local job = track_id .. '.' .. (attempt or '0')
local queue = queue_prefix .. (lane or 'studio')
redis.call('DEL', in_progress_prefix .. job)
tell_followers(track_id)
if redis.call('EXISTS', job_prefix .. job) == 0 then return 2 end
if turn then
  local now = tonumber(redis.call('HGET', turns_prefix .. (lane or 'studio'), '#now') or '1')
  redis.call('ZADD', queue, 'NX', math.min(tonumber(turn), now * 1000000), job)
end
if not redis.call('ZSCORE', queue, job) then return 2 end
redis.call('PUBLISH', queue, '')
return 1
