-- Reduces a closed request to what its minutes count by.

local request = KEYS[1]
local parts = KEYS[2]
local id = ARGV[1]
-- KEYS[3]...: the sorted sets that list the request: attended, its chat's, its asker's.

redis.call('HDEL', request, 'request', 'card')
redis.call('DEL', parts)
for i = 3, #KEYS do redis.call('ZREM', KEYS[i], id) end
return 1
