-- Ends the lease of a dead worker, unless another worker has the track by now.
-- Returns 1 when it did, else 0.

local lease = KEYS[1]
local worker = ARGV[1]

if redis.call('GET', lease) ~= worker then return 0 end
return redis.call('DEL', lease)
