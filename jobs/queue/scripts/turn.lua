-- Gives a job its turn. Chats take turns, and so do people, in all their chats together: one track each per round,
-- within a round in the order of requests. A person who joins a queued track with an earlier turn of their own brings
-- the track forward. The rounds are removed when no job has come for a minute and the queue is empty; not at once,
-- since a job is queued only a moment after it has its turn.
-- Returns the job's score: its round times a million, and a running number. `person` is empty when unknown; `time`:
-- seconds since the epoch.

local queue = KEYS[1]
local turns = KEYS[2]
local job = ARGV[1]
local chat = ARGV[2]
local person = ARGV[3]
local time = ARGV[4]

local came = tonumber(redis.call('HGET', turns, '#at') or '0')
if redis.call('ZCARD', queue) == 0 and tonumber(time) > came + 60 then redis.call('DEL', turns) end
redis.call('HSET', turns, '#at', time)
local now = tonumber(redis.call('HGET', turns, '#now') or '1')
local function last(who) return tonumber(redis.call('HGET', turns, who) or '0') end
local round = math.max(now, last(chat) + 1, person == '' and 0 or last(person) + 1)
local known = redis.call('ZSCORE', queue, job)
if known and tonumber(known) <= (round + 1) * 1000000 then return tonumber(known) end
redis.call('HSET', turns, chat, round)
if person ~= '' then redis.call('HSET', turns, person, round) end
local score = round * 1000000 + 2 * redis.call('HINCRBY', turns, '#next', 1)
if known then redis.call('ZADD', queue, score, job) end
return score
