"""What people may ask for: how much at the same time, how much music a day, how many messages a minute.

Counted in Redis by scripts that run whole, so that two requests at once do not have together what neither may. They
read the time from their arguments.
"""

from dataclasses import dataclass
from typing import Final, Literal

from jobs.failures import Failure, Reason
from jobs.queue import keys


@dataclass(frozen=True)
class Limits:
    """How many open requests a person and a chat may have. None may be above `keys.KEEP_PER_CHAT`.

    How many may wait for a worker altogether, whoever asked; and how many seconds of music may be separated for a
    person and a chat within a day. 0: no limit.
    """

    person: int = keys.KEEP_PER_CHAT
    chat: int = keys.KEEP_PER_CHAT
    person_seconds: float = 0
    chat_seconds: float = 0
    waiting: int = 0


UNLIMITED: Final = Limits()


class TooManyOpen(Exception):  # noqa: N818 - an answer, not an error in the program
    """A request was not accepted: `limit` are open already, of its asker or its chat; or of all, and wait."""

    def __init__(self, limit: int, whose: Literal["person", "chat", "all"]) -> None:
        super().__init__(limit)
        self.limit = limit
        self.whose = whose


class OverQuota(Exception):  # noqa: N818
    """A request was not accepted: `failure` says whose minutes are used up, and when there will be more."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


#: Reasons that lie in what was sent or asked for: what was separated until then counts. All others are ours, and what
#: fails by them costs nothing: the machine, the site, a bug. See docs/adr/0011-minutes-are-what-was-separated.md.
THEIRS: Final = (Reason.TOO_LONG, Reason.NOT_AUDIO, Reason.NO_SOUND, Reason.EMPTY, Reason.OVER_QUOTA, Reason.UNSENDABLE)

#: How much music somebody had separated within a day. Under a request's id lies when it was asked for, how long the
#: song is said to be, and how much of it was separated so far: seconds, of which the larger one counts while the
#: request is open or done. Of what was cancelled, or failed by one of `THEIRS`, the separated part counts. Nothing is
#: added to what is noted, so that to note it again, or to start the song again, counts nothing twice.
#: `over` is nil while there is room for `seconds` more, or for the unknown (0) while not all is used; else what is used
#: and how long until there is room (-1: never). What the request itself was said to take is its own already: to two
#: seconds more nobody objects, since lengths come rounded.
_MINUTES = (
    f"""
local theirs = {{{", ".join(f"{reason} = true" for reason in THEIRS)}}}
"""
    + """
local function read(note)
  local at, said, separated = string.match(note or '', '^(%S+) (%S+) ?(%S*)$')
  if not at then return nil, 0, 0 end
  said = tonumber(said)
  return at, said, separated == 'made' and said or tonumber(separated) or 0
end

local function counts(request, said, separated)
  local phase, why = unpack(redis.call('HMGET', request, 'phase', 'failure'))
  if phase == 'failed' then
    local known, failure = pcall(cjson.decode, why or '')
    return known and type(failure) == 'table' and theirs[failure.reason] and separated or 0
  end
  if phase == 'cancelled' then return separated end
  return phase and math.max(said, separated) or 0
end

local function over(key, id, seconds, limit, now, requests)
  local used, reserved, counted = 0, 0, {}
  local noted = redis.call('HGETALL', key)
  for i = 1, #noted, 2 do
    local at, said, separated = read(noted[i + 1])
    local long = counts(requests .. noted[i], said, separated)
    if not at or long == 0 or now - tonumber(at) >= 86400 then
      redis.call('HDEL', key, noted[i])
    elseif noted[i] == id then
      reserved = said + 2
    else
      used = used + long
      counted[#counted + 1] = {tonumber(at) + 86400, long}
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

local function note(key, id, seconds, separated, now)
  local at, said, before = read(redis.call('HGET', key, id))
  if seconds > 0 then said = seconds end
  separated = math.max(before, separated)
  if said == 0 and separated == 0 then return end
  redis.call('HSET', key, id, string.format('%s %.3f %.3f', at or string.format('%.3f', now), said, separated))
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
)

#: Write a request unless it is there already, or its asker or chat has too many open ones, or had too many minutes, or
#: too many wait for a worker.
#: KEYS request, attended, chat, asker, minutes of the asker, of the chat. ARGV id, track, request, phase, time, kept,
#: request key prefix, most per person, most per chat, seconds per person, per chat (0: no limit), seconds of the song
#: (0: unknown, -1: to be had for nothing), most that wait (0: no limit), open phases...
#: Returns 1 when written, 0 when it was there, -1 too many of the asker, -2 of the chat, -3 of all; or a failure, JSON.
ACCEPT = (
    _MINUTES
    + """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local open = {}
for i = 14, #ARGV do open[ARGV[i]] = true end
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
local most = tonumber(ARGV[13])
if most > 0 and seconds >= 0 and redis.call('ZCARD', KEYS[2]) >= most then
  open = {receiving = true, waiting = true}
  if count(KEYS[2]) >= most then return -3 end
end
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
  if limit > 0 and seconds > 0 then note(minutes[whose], ARGV[1], seconds, 0, now) end
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

#: What is known of a track's length, and how much of it is separated so far: note it for everybody who waits for it.
#: Whoever has no room for the larger of both fails, unless all is separated. KEYS followers. ARGV seconds (0: unknown),
#: separated seconds, time, `1` when that is all, request key prefix, minutes key prefix, and those who may have waited
#: until a moment ago, for whom nothing but what is separated is noted...
#: Returns the ids of those who failed, and of those for whom it was noted.
CHARGE = (
    _MINUTES
    + """
local seconds, separated, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local failed, charged = {}, {}
local function shares(id, request)
  local written, person, chat = unpack(redis.call('HMGET', request, 'request', 'person_seconds', 'chat_seconds'))
  if not written or not (person or chat) then return nil end
  local names = cjson.decode(written)
  local minutes = {person = ARGV[6] .. 'person:' .. names.asker, chat = ARGV[6] .. 'chat:' .. names.chat}
  return minutes, {person = tonumber(person or 0), chat = tonumber(chat or 0)}
end
local function note_all(minutes, limits, id, said)
  for whose, limit in pairs(limits) do
    if limit > 0 then note(minutes[whose], id, said, separated, now) end
  end
end
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local key = ARGV[5] .. id
  local minutes, limits = shares(id, key)
  if minutes and redis.call('HGET', key, 'phase') == 'waiting' then
    local why = nil
    for _, whose in ipairs({'person', 'chat'}) do
      if limits[whose] > 0 and not why and ARGV[4] ~= '1' then
        local needed = math.max(seconds, separated)
        local used, wait = over(minutes[whose], id, needed, limits[whose], now, ARGV[5])
        if used then why = failure(whose, needed, limits[whose], used, wait) end
      end
    end
    if why then
      redis.call('HSET', key, 'phase', 'failed', 'failure', why, 'closed_at', ARGV[3])
      redis.call('SREM', KEYS[1], id)
      failed[#failed + 1] = id
    else
      charged[#charged + 1] = id
    end
    note_all(minutes, limits, id, why and 0 or seconds)
  end
end
for i = 7, #ARGV do
  local phase = redis.call('HGET', ARGV[5] .. ARGV[i], 'phase')
  local minutes, limits = shares(ARGV[i], ARGV[5] .. ARGV[i])
  if minutes and (phase == 'cancelled' or phase == 'failed') then note_all(minutes, limits, ARGV[i], 0) end
end
return {failed, charged}
"""
)

#: How much counts now. KEYS minutes. ARGV time, request key prefix. Returns seconds, as text.
USED = (
    _MINUTES
    + """
local used = over(KEYS[1], '', 0, 0, tonumber(ARGV[1]), ARGV[2])
return string.format('%.3f', used)
"""
)

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
