-- Finds, of some awaited tracks, those without a job: neither in line nor with a worker.
-- Returns their ids.

local running = KEYS[1]
local track_prefix = ARGV[1]
local queue_prefix = ARGV[2]
-- ARGV[3]...: ids of tracks.

local lost = {}
for i = 3, #ARGV do
  local id = ARGV[i]
  local attempt, lane = unpack(redis.call('HMGET', track_prefix .. id, 'attempt', 'lane'))
  local job = id .. '.' .. (attempt or '0')
  if not redis.call('ZSCORE', queue_prefix .. (lane or 'studio'), job)
    and redis.call('SISMEMBER', running, id) == 0 then lost[#lost + 1] = id end
end
return lost
