-- Replaces the renditions that a waiting request wants of its track. Another request that needs those given up asks
-- for them again.
-- Returns 1, or 0 when the request no longer waits.

local request = KEYS[1]
local followers = KEYS[2]
local wants = KEYS[3]
local id = ARGV[1]
local given_up = ARGV[2]
-- ARGV[3]...: first the `given_up` renditions (JSON) to give up, then those to ask for.

if redis.call('HGET', request, 'phase') ~= 'waiting' or redis.call('SISMEMBER', followers, id) == 0 then return 0 end
local old = tonumber(given_up)
for i = 3, #ARGV do
  redis.call(i <= 2 + old and 'SREM' or 'SADD', wants, ARGV[i])
end
return 1
