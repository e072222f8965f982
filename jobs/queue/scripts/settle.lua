-- Ends a worker's hold of a track and tells every follower the outcome.
-- Returns 0 when the track is no longer this worker's; -1 when there is more to do (a rendition was asked for
-- meanwhile, or a request came back to a cancelled track); else 1.

local track = KEYS[1]
local followers = KEYS[2]
local wants = KEYS[3]
local lease = KEYS[4]
local running = KEYS[5]
local awaited = KEYS[6]
local track_id = ARGV[1]
local worker = ARGV[2]
local outcome = ARGV[3]
local time = ARGV[4]
local failure = ARGV[5]
local request_prefix = ARGV[6]
local seconds_kept = ARGV[7]
-- ARGV[8]...: the renditions (JSON) that were made. `outcome`: 'ready', 'failed' or 'cancelled'.

if redis.call('GET', lease) ~= worker then return 0 end
if outcome == 'ready' then
  local made = {}
  for i = 8, #ARGV do made[ARGV[i]] = true end
  for _, want in ipairs(redis.call('SMEMBERS', wants)) do
    if not made[want] then return -1 end
  end
elseif outcome == 'cancelled' and redis.call('SCARD', followers) > 0 then
  return -1
end
for _, id in ipairs(redis.call('SMEMBERS', followers)) do
  local key = request_prefix .. id
  if redis.call('HGET', key, 'phase') == 'waiting' then
    redis.call('HSET', key, 'phase', outcome)
    if outcome == 'failed' then redis.call('HSET', key, 'failure', failure, 'closed_at', time) end
    tell(key)
  end
end
redis.call('DEL', followers, wants, lease)
redis.call('SREM', running, track_id)
redis.call('SREM', awaited, track_id)
redis.call('HDEL', track, 'starts', 'progress', 'turn')
redis.call('HINCRBY', track, 'attempt', 1)
redis.call('EXPIRE', track, seconds_kept)
return 1
