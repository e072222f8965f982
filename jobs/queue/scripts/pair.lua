-- Makes a person the owner on a platform, once.
-- Returns 1 when done, 0 when the code is used or wrong.

local people = KEYS[1]
local person = ARGV[1]
local code = ARGV[2]
local owner_field = ARGV[3]
local code_field = ARGV[4]

if redis.call('HEXISTS', people, owner_field) == 1 or redis.call('HGET', people, code_field) ~= code then return 0 end
redis.call('HSET', people, owner_field, person)
redis.call('HDEL', people, code_field)
return 1
