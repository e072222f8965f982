-- Lets a chat forget a track. Of the track itself only the number of its attempts stays, since arq remembers those.
-- Returns 1 while another chat has the track or a request follows it; else 0, and removes the track's other data.

local held = KEYS[1]
local followers = KEYS[2]
local track = KEYS[3]
local chat = ARGV[1]
local seconds_kept = ARGV[2]

redis.call('HSET', held, chat, '0')
redis.call('EXPIRE', held, seconds_kept)
if redis.call('SCARD', followers) > 0 then return 1 end
for _, has in ipairs(redis.call('HVALS', held)) do
  if has == '1' then return 1 end
end
redis.call('DEL', held)
redis.call('HDEL', track, 'source', 'model', 'progress', 'called', 'chat', 'asker', 'lane')
return 0
