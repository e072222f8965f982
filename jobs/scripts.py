"""The steps of a request's life that must not be seen half done, as Lua: Redis runs each one whole.

Every script reads the time from its arguments, so that a test can tell it what time it is.
"""

#: How much music somebody had separated within a day: what is counted lies under a request's id, as when and how long.
#: What failed, was cancelled or is a day old counts no longer. `over` is nil while there is room for `seconds` more,
#: or for the unknown (0) while not all is used; else what is used, and how long until there is room, -1 for never.
#: `reserved` seconds are the request's own already: to two more nobody objects, since lengths come rounded.
_MINUTES = """
local function over(key, id, seconds, limit, now, requests)
  local used, reserved, counted = 0, 0, {}
  local noted = redis.call('HGETALL', key)
  for i = 1, #noted, 2 do
    local at, long = string.match(noted[i + 1], '^(%S+) (%S+)$')
    local phase = redis.call('HGET', requests .. noted[i], 'phase')
    if not phase or phase == 'failed' or phase == 'cancelled' or now - tonumber(at) >= 86400 then
      redis.call('HDEL', key, noted[i])
    elseif noted[i] == id then
      reserved = tonumber(long) + 2
    else
      used = used + tonumber(long)
      counted[#counted + 1] = {tonumber(at) + 86400, tonumber(long)}
    end
  end
  local function fits(before) return before + seconds <= limit and (seconds > 0 or before < limit) end
  if fits(used) or (reserved > 0 and seconds <= reserved) then return nil end
  table.sort(counted, function(one, other) return one[1] < other[1] end)
  local left = used
  for _, each in ipairs(counted) do
    left = left - each[2]
    if fits(left) then return used, each[1] - now end
  end
  return used, -1
end

local function note(key, id, seconds, now)
  local before = redis.call('HGET', key, id)
  local at = before and string.match(before, '^(%S+)') or string.format('%.3f', now)
  redis.call('HSET', key, id, at .. ' ' .. string.format('%.3f', seconds))
  redis.call('EXPIRE', key, 86400)
end

local function failure(whose, seconds, limit, used, wait)
  if wait < 0 then
    return cjson.encode({reason = 'too_long', values = {seconds = seconds, limit_seconds = limit}})
  end
  local values = {whose = whose, limit_seconds = limit, used_seconds = used, wait_seconds = wait}
  return cjson.encode({reason = 'over_quota', detail = 'of one ' .. whose, values = values})
end
"""

#: Write a request unless it is there already, or its asker or chat has too many open ones, or had too many minutes.
#: KEYS request, attended, chat, asker, minutes of the asker, of the chat. ARGV id, track, request, phase, time, kept,
#: request key prefix, most per person, most per chat, seconds per person, per chat (0: no limit), seconds of the song
#: (0: unknown, -1: to be had for nothing), open phases...
#: Returns 1 when written, 0 when it was there, -1 too many of the asker, -2 of the chat; or a failure (JSON).
ACCEPT = (
    _MINUTES
    + """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local open = {}
for i = 13, #ARGV do open[ARGV[i]] = true end
local function count(key)
  local found = 0
  for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do
    if open[redis.call('HGET', ARGV[7] .. id, 'phase')] then found = found + 1 end
  end
  return found
end
if count(KEYS[4]) >= tonumber(ARGV[8]) then return -1 end
if count(KEYS[3]) >= tonumber(ARGV[9]) then return -2 end
local now, seconds = tonumber(ARGV[5]), tonumber(ARGV[12])
local limits = {person = tonumber(ARGV[10]), chat = tonumber(ARGV[11])}
local minutes = {person = KEYS[5], chat = KEYS[6]}
if seconds >= 0 then
  for _, whose in ipairs({'person', 'chat'}) do
    if limits[whose] > 0 then
      local used, wait = over(minutes[whose], ARGV[1], seconds, limits[whose], now, ARGV[7])
      if used then return failure(whose, seconds, limits[whose], used, wait) end
    end
  end
end
for whose, limit in pairs(limits) do
  if limit > 0 then redis.call('HSET', KEYS[1], whose .. '_seconds', limit) end
  if limit > 0 and seconds > 0 then note(minutes[whose], ARGV[1], seconds, now) end
end
redis.call('HSET', KEYS[1], 'request', ARGV[3], 'track', ARGV[2], 'phase', ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1])
for _, key in ipairs({KEYS[3], KEYS[4]}) do
  redis.call('ZADD', key, ARGV[5], ARGV[1])
  redis.call('ZREMRANGEBYRANK', key, 0, -1 - tonumber(ARGV[6]))
end
return 1
"""
)

#: A track's length is known: count it for everybody who waits for it. Whoever has no room for it fails, unless it is
#: separated already and nothing but the truth is to be noted. KEYS followers. ARGV seconds, time, `1` when separated,
#: request key prefix, minutes key prefix. Returns how many failed.
CHARGE = (
    _MINUTES
    + """
local seconds, now, failed = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local key = ARGV[4] .. id
  local phase, request = unpack(redis.call('HMGET', key, 'phase', 'request'))
  local person, chat = unpack(redis.call('HMGET', key, 'person_seconds', 'chat_seconds'))
  if phase == 'waiting' and (person or chat) then
    local names = cjson.decode(request)
    local minutes = {person = ARGV[5] .. 'person:' .. names.asker, chat = ARGV[5] .. 'chat:' .. names.chat}
    local limits = {person = tonumber(person or 0), chat = tonumber(chat or 0)}
    local why = nil
    for _, whose in ipairs({'person', 'chat'}) do
      if limits[whose] > 0 and not why and ARGV[3] ~= '1' then
        local used, wait = over(minutes[whose], id, seconds, limits[whose], now, ARGV[4])
        if used then why = failure(whose, seconds, limits[whose], used, wait) end
      end
    end
    if why then
      redis.call('HSET', key, 'phase', 'failed', 'failure', why, 'closed_at', ARGV[2])
      redis.call('SREM', KEYS[1], id)
      failed = failed + 1
    else
      for whose, limit in pairs(limits) do
        if limit > 0 then note(minutes[whose], id, seconds, now) end
      end
    end
  end
end
return failed
"""
)

#: Whose turn a job is: chats take turns, one track each per round, within a round in the order of asking. A chat that
#: joins a queued track with an earlier turn of its own brings the track forward. KEYS queue, turns. ARGV job, chat.
#: Returns the job's score: its round times a million, and a running number.
TURN = """
if redis.call('ZCARD', KEYS[1]) == 0 then redis.call('DEL', KEYS[2]) end
local now = tonumber(redis.call('HGET', KEYS[2], '#now') or '1')
local last = tonumber(redis.call('HGET', KEYS[2], ARGV[2]) or '0')
local round = math.max(now, last + 1)
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if known and tonumber(known) <= (round + 1) * 1000000 then return tonumber(known) end
redis.call('HSET', KEYS[2], ARGV[2], round)
local score = round * 1000000 + 2 * redis.call('HINCRBY', KEYS[2], '#next', 1)
if known then redis.call('ZADD', KEYS[1], score, ARGV[1]) end
return score
"""


def _follow(*phases: str) -> str:
    """Let a request in one of `phases` follow its track. KEYS request, track, followers, wants, awaited.

    ARGV id, track id, source, model, lane, chat, rendition... Returns the track's attempt, or -1 when the request is
    elsewhere.
    """
    elsewhere = " and ".join(f"phase ~= '{phase}'" for phase in phases)
    return f"""
local phase = redis.call('HGET', KEYS[1], 'phase')
if {elsewhere} then return -1 end
redis.call('HSET', KEYS[1], 'phase', 'waiting')
redis.call('HSET', KEYS[2], 'source', ARGV[3], 'model', ARGV[4])
if redis.call('SCARD', KEYS[3]) == 0 then redis.call('HSET', KEYS[2], 'lane', ARGV[5], 'chat', ARGV[6]) end
redis.call('PERSIST', KEYS[2])
redis.call('SADD', KEYS[3], ARGV[1])
for i = 7, #ARGV do redis.call('SADD', KEYS[4], ARGV[i]) end
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

#: Whether somebody writes no faster than we listen: a bucket of messages that fills within a minute. When it is empty
#: nothing is heard until it is half full again, and every message meanwhile empties it: only quiet helps.
#: KEYS rate. ARGV time, messages per minute. Returns 1 when heard, 0 for the first one that is not, then -1.
RATE = """
local most, now = tonumber(ARGV[2]), tonumber(ARGV[1])
local left, at, hushed = unpack(redis.call('HMGET', KEYS[1], 'left', 'at', 'hushed'))
left = math.min(most, tonumber(left or most) + math.max(0, now - tonumber(at or now)) * most / 60)
local heard = 1
if hushed == '1' and left < most / 2 then
  left, heard = 0, -1
elseif left < 1 then
  left, heard, hushed = 0, 0, '1'
else
  left, hushed = left - 1, '0'
end
redis.call('HSET', KEYS[1], 'left', left, 'at', string.format('%.3f', now), 'hushed', hushed)
redis.call('EXPIRE', KEYS[1], 60)
return heard
"""

#: Make somebody the owner, once. KEYS people. ARGV person, code. Returns 1 when done, 0 when the code is used or wrong.
PAIR = """
if redis.call('HEXISTS', KEYS[1], 'owner') == 1 or redis.call('HGET', KEYS[1], 'code') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[1])
redis.call('HDEL', KEYS[1], 'code')
return 1
"""
