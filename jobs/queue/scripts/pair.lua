-- Makes a person the owner, once.
-- Returns 1 when done, 0 when the code is used or wrong.

local people = KEYS[1]
local person = ARGV[1]
local code = ARGV[2]

if redis.call('HEXISTS', people, 'owner') == 1 or redis.call('HGET', people, 'code') ~= code then return 0 end
redis.call('HSET', people, 'owner', person)
redis.call('HDEL', people, 'code')
return 1
