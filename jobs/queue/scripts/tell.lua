-- Functions that tell front ends of changed requests. `jobs.queue.scripts` puts them before the scripts that use them,
-- with the table `told`: prefixes of keys, the number of shards, and the longest stream.
--
-- A change is an entry of the stream of the request's platform and shard, which the request's chat gives. It names the
-- request; the state of the request is the truth. A stream without entries for a day is removed.

local function tell(request)
  local written = redis.call('HGET', request, 'request')
  local read, value = pcall(cjson.decode, written or '')
  if not read or type(value) ~= 'table' or type(value.chat) ~= 'string' or type(value.platform) ~= 'string' then
    return
  end
  local shard = tonumber(string.sub(redis.sha1hex(value.chat), 1, 4), 16) % told.shards
  local stream = told.stream .. value.platform .. ':' .. string.format('%d', shard)
  redis.call('XADD', stream, 'MAXLEN', '~', told.longest, '*', 'request', value.id)
  redis.call('EXPIRE', stream, 86400)
end

local function tell_followers(track_id)
  for _, id in ipairs(redis.call('SMEMBERS', told.followers .. track_id)) do tell(told.request .. id) end
end

local function tell_next_in_line(queue)
  for _, job in ipairs(redis.call('ZRANGE', queue, 0, told.next - 1)) do
    tell_followers(string.match(job, '^(.*)%.') or job)
  end
end
