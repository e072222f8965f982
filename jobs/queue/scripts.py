"""The steps of a request's life that must not be seen half done, as Lua: Redis runs each one whole.

Every script reads the time from its arguments, so that a test can tell it what time it is. Those that count what people
may have are in `jobs/queue/quotas.py`.
"""

#: Remember what was found out of a track, if anything is remembered of it. KEYS track. ARGV called.
#: Returns 1 when it is.
CALL = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'called', ARGV[1])
return 1
"""

#: Whose turn a job is: chats take turns, and so do people, in whatever chats they ask: one track each per round, within
#: a round in the order of asking. Who joins a queued track with an earlier turn of their own brings the track forward.
#: Who has been in which round is forgotten when nobody has come for a minute and the line is empty; not at once, since
#: a job is in line only a moment after it has its turn.
#: KEYS queue, turns. ARGV job, chat, person ('': nobody knows), time.
#: Returns the job's score: its round times a million, and a running number.
TURN = """
local came = tonumber(redis.call('HGET', KEYS[2], '#at') or '0')
if redis.call('ZCARD', KEYS[1]) == 0 and tonumber(ARGV[4]) > came + 60 then redis.call('DEL', KEYS[2]) end
redis.call('HSET', KEYS[2], '#at', ARGV[4])
local now = tonumber(redis.call('HGET', KEYS[2], '#now') or '1')
local function last(who) return tonumber(redis.call('HGET', KEYS[2], who) or '0') end
local round = math.max(now, last(ARGV[2]) + 1, ARGV[3] == '' and 0 or last(ARGV[3]) + 1)
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if known and tonumber(known) <= (round + 1) * 1000000 then return tonumber(known) end
redis.call('HSET', KEYS[2], ARGV[2], round)
if ARGV[3] ~= '' then redis.call('HSET', KEYS[2], ARGV[3], round) end
local score = round * 1000000 + 2 * redis.call('HINCRBY', KEYS[2], '#next', 1)
if known then redis.call('ZADD', KEYS[1], score, ARGV[1]) end
return score
"""


def _follow(*phases: str) -> str:
    """Let a request in one of `phases` follow its track. KEYS request, track, followers, wants, awaited.

    ARGV id, track id, source, model, lane, chat, asker, rendition... Returns the track's attempt, or -1 when the
    request is elsewhere.
    """
    elsewhere = " and ".join(f"phase ~= '{phase}'" for phase in phases)
    return f"""
local phase = redis.call('HGET', KEYS[1], 'phase')
if {elsewhere} then return -1 end
redis.call('HSET', KEYS[1], 'phase', 'waiting')
redis.call('HSET', KEYS[2], 'source', ARGV[3], 'model', ARGV[4])
if redis.call('SCARD', KEYS[3]) == 0 then
  redis.call('HSET', KEYS[2], 'lane', ARGV[5], 'chat', ARGV[6], 'asker', ARGV[7])
end
redis.call('PERSIST', KEYS[2])
redis.call('SADD', KEYS[3], ARGV[1])
for i = 8, #ARGV do redis.call('SADD', KEYS[4], ARGV[i]) end
redis.call('SADD', KEYS[5], ARGV[2])
return tonumber(redis.call('HGET', KEYS[2], 'attempt') or '0')
"""


#: A request that was accepted goes to its track.
FOLLOW = _follow("receiving", "waiting")

#: A request that was to be delivered goes back to its track: something is missing.
RETURN = _follow("waiting", "ready", "sending")

#: Ask a track for other renditions than before. Somebody else who waits for those that are given up asks again.
#: KEYS request, followers, wants. ARGV id, how many to give up, renditions to give up..., and to ask for...
REVISE = """
if redis.call('HGET', KEYS[1], 'phase') ~= 'waiting' or redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 0 then return 0 end
local old = tonumber(ARGV[2])
for i = 3, #ARGV do
  redis.call(i <= 2 + old and 'SREM' or 'SADD', KEYS[3], ARGV[i])
end
return 1
"""

#: Deliver something of a finished request once more. KEYS request, attended, parts. ARGV id, time.
#: Returns 1 when the request is open again, 0 when it was not done.
REOPEN = """
if redis.call('HGET', KEYS[1], 'phase') ~= 'done' then return 0 end
redis.call('HSET', KEYS[1], 'phase', 'sending')
redis.call('PERSIST', KEYS[1])
redis.call('PERSIST', KEYS[3])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 1
"""

#: Stop attending to a request, unless it is open. KEYS request, attended, parts.
#: ARGV id, seconds to keep, open phases...
LET_GO = """
local phase = redis.call('HGET', KEYS[1], 'phase')
for i = 3, #ARGV do
  if phase == ARGV[i] then return 0 end
end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[3], ARGV[2])
return 1
"""

#: Move a request to another phase if it is in one of the given ones. KEYS request. It closes at the first time given.
#: ARGV phase, time or '', failure or '', allowed phases... Returns 1 when moved.
MOVE = """
local phase = redis.call('HGET', KEYS[1], 'phase')
for i = 4, #ARGV do
  if phase == ARGV[i] then
    redis.call('HSET', KEYS[1], 'phase', ARGV[1])
    if ARGV[2] ~= '' then redis.call('HSETNX', KEYS[1], 'closed_at', ARGV[2]) end
    if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'failure', ARGV[3]) end
    return 1
  end
end
return 0
"""

#: Stop following. When nobody is left and no worker has the track, its job goes too.
#: KEYS track, followers, wants, awaited, running, queue... ARGV request id, track id, arq's job key prefix.
LEAVE = """
redis.call('SREM', KEYS[2], ARGV[1])
if redis.call('SCARD', KEYS[2]) > 0 or redis.call('SISMEMBER', KEYS[5], ARGV[2]) == 1 then return 0 end
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local job = ARGV[2] .. '.' .. (redis.call('HGET', KEYS[1], 'attempt') or '0')
for i = 6, #KEYS do redis.call('ZREM', KEYS[i], job) end
redis.call('DEL', ARGV[3] .. job, KEYS[3])
redis.call('SREM', KEYS[4], ARGV[2])
redis.call('HINCRBY', KEYS[1], 'attempt', 1)
return 1
"""

#: A worker takes a track. KEYS track, followers, lease, running, queue, turns. ARGV track id, worker, lease in ms.
#: Returns how often the track was started, this time included; 0 when nobody waits for it; -1 when another has it.
BEGIN = """
local owner = redis.call('GET', KEYS[3])
if owner and owner ~= ARGV[2] then return -1 end
if redis.call('SCARD', KEYS[2]) == 0 then return 0 end
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
redis.call('SADD', KEYS[4], ARGV[1])
local turn = redis.call('ZSCORE', KEYS[5], ARGV[1] .. '.' .. (redis.call('HGET', KEYS[1], 'attempt') or '0'))
if turn then redis.call('HSET', KEYS[6], '#now', math.floor(tonumber(turn) / 1000000)) end
return redis.call('HINCRBY', KEYS[1], 'starts', 1)
"""

#: A worker's heart beats for a track. A lease that ended unseen, as while the queue was away, is taken up again where
#: nobody else has begun the track since. KEYS lease, track, running. ARGV track id, worker, lease in ms, its start.
#: Returns 1 when the track is this worker's, else 0.
RENEW = """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[2] then return 0 end
if not owner and redis.call('HGET', KEYS[2], 'starts') ~= ARGV[4] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('SADD', KEYS[3], ARGV[1])
return 1
"""

#: The lease of a dead worker ends, unless another has the track by now. KEYS lease. ARGV worker. Returns 1 when it did.
BEREAVE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""

#: A worker gives a track back unfinished, as at a deploy: the start does not count.
#: KEYS track, lease, running. ARGV track id, worker.
HAND_BACK = """
if redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('SREM', KEYS[3], ARGV[1])
redis.call('HINCRBY', KEYS[1], 'starts', -1)
return 1
"""

#: A worker is done with a track, one way or the other. KEYS track, followers, wants, lease, running, awaited.
#: ARGV track id, worker, outcome ('ready', 'failed', 'cancelled'), time, failure, request key prefix, seconds to keep,
#: renditions made...
#: Returns 0 when the track is no longer this worker's, -1 when there is more to do (a rendition was asked for
#: meanwhile, or somebody came back to a cancelled track), else 1: every follower knows.
SETTLE = """
if redis.call('GET', KEYS[4]) ~= ARGV[2] then return 0 end
if ARGV[3] == 'ready' then
  local made = {}
  for i = 8, #ARGV do made[ARGV[i]] = true end
  for _, want in ipairs(redis.call('SMEMBERS', KEYS[3])) do
    if not made[want] then return -1 end
  end
elseif ARGV[3] == 'cancelled' and redis.call('SCARD', KEYS[2]) > 0 then
  return -1
end
for _, id in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local key = ARGV[6] .. id
  if redis.call('HGET', key, 'phase') == 'waiting' then
    redis.call('HSET', key, 'phase', ARGV[3])
    if ARGV[3] == 'failed' then redis.call('HSET', key, 'failure', ARGV[5], 'closed_at', ARGV[4]) end
  end
end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
redis.call('SREM', KEYS[5], ARGV[1])
redis.call('SREM', KEYS[6], ARGV[1])
redis.call('HDEL', KEYS[1], 'starts', 'progress')
redis.call('HINCRBY', KEYS[1], 'attempt', 1)
redis.call('EXPIRE', KEYS[1], ARGV[7])
return 1
"""

#: Make somebody the owner, once. KEYS people. ARGV person, code. Returns 1 when done, 0 when the code is used or wrong.
PAIR = """
if redis.call('HEXISTS', KEYS[1], 'owner') == 1 or redis.call('HGET', KEYS[1], 'code') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[1])
redis.call('HDEL', KEYS[1], 'code')
return 1
"""

#: A chat has a track forgotten. Of the track itself only the number of its attempts stays, since arq remembers those.
#: KEYS held, followers, track. ARGV chat, seconds to keep.
#: Returns 1 while another chat has it or somebody waits for it; 0 when nobody does: then nothing is left to remember.
FORGET = """
redis.call('HSET', KEYS[1], ARGV[1], '0')
redis.call('EXPIRE', KEYS[1], ARGV[2])
if redis.call('SCARD', KEYS[2]) > 0 then return 1 end
for _, has in ipairs(redis.call('HVALS', KEYS[1])) do
  if has == '1' then return 1 end
end
redis.call('DEL', KEYS[1])
redis.call('HDEL', KEYS[3], 'source', 'model', 'progress', 'called', 'chat', 'asker', 'lane')
return 0
"""

#: Of a request that is over, remember only that it was, for what its minutes count.
#: KEYS request, parts, attended, chat, asker. ARGV id.
ERASE = """
redis.call('HDEL', KEYS[1], 'request', 'card')
redis.call('DEL', KEYS[2])
for i = 3, #KEYS do redis.call('ZREM', KEYS[i], ARGV[1]) end
return 1
"""
