-- Removes a member of a sorted set if its score is still the one that was read.
-- Returns 1 when it was removed, else 0.

local key = KEYS[1]
local member = ARGV[1]
local score = ARGV[2]

local now = redis.call('ZSCORE', key, member)
if not now or tonumber(now) ~= tonumber(score) then return 0 end
return redis.call('ZREM', key, member)
