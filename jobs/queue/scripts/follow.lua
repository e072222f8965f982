-- Lets a request follow its track, if it is in one of the allowed phases.
-- Returns the track's attempt; -1 when the request is in another phase, -2 when a worker has the track, which needs no
-- job then. `allowed`: phases between commas, as `,receiving,waiting,`.

local request = KEYS[1]
local track = KEYS[2]
local followers = KEYS[3]
local wants = KEYS[4]
local awaited = KEYS[5]
local running = KEYS[6]
local id = ARGV[1]
local track_id = ARGV[2]
local source = ARGV[3]
local model = ARGV[4]
local lane = ARGV[5]
local chat = ARGV[6]
local asker = ARGV[7]
local allowed = ARGV[8]
-- ARGV[9]...: the renditions (JSON) that the request needs.

local phase = redis.call('HGET', request, 'phase')
if not phase or not string.find(allowed, ',' .. phase .. ',', 1, true) then return -1 end
redis.call('HSET', request, 'phase', 'waiting')
redis.call('HSET', track, 'source', source, 'model', model)
if redis.call('SCARD', followers) == 0 then
  redis.call('HSET', track, 'lane', lane, 'chat', chat, 'asker', asker)
end
redis.call('PERSIST', track)
redis.call('SADD', followers, id)
for i = 9, #ARGV do redis.call('SADD', wants, ARGV[i]) end
redis.call('SADD', awaited, track_id)
tell(request)
if redis.call('SISMEMBER', running, track_id) == 1 then return -2 end
return tonumber(redis.call('HGET', track, 'attempt') or '0')
