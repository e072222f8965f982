-- Removes chats and persons whose last turn is over from the turns of a lane: without a note, they have the same turn.
-- Returns how many.

local turns = KEYS[1]
-- ARGV[1]...: chats and persons.

local now, gone = tonumber(redis.call('HGET', turns, '#now') or '1'), 0
for i = 1, #ARGV do
  local round = redis.call('HGET', turns, ARGV[i])
  if round and tonumber(round) < now then gone = gone + redis.call('HDEL', turns, ARGV[i]) end
end
return gone
