"""What people may ask for: how much at the same time, how much music a day, how many messages a minute.

Counted in Redis by scripts that run whole, so that two requests at once do not have together what neither may. They
read the time from their arguments.
"""

from dataclasses import dataclass
from typing import Final

from jobs import keys
from jobs.failures import Failure


@dataclass(frozen=True)
class Limits:
    """How many open requests a person and a chat may have. None may be above `keys.KEEP_PER_CHAT`.

    And how many seconds of music may be separated for them within a day; 0: no limit.
    """

    person: int = keys.KEEP_PER_CHAT
    chat: int = keys.KEEP_PER_CHAT
    person_seconds: float = 0
    chat_seconds: float = 0


UNLIMITED: Final = Limits()


class TooManyOpen(Exception):  # noqa: N818 - an answer, not an error in the program
    """A request was not accepted: its asker, or its chat, has `limit` open ones already."""

    def __init__(self, limit: int, *, here: bool) -> None:
        super().__init__(limit)
        self.limit = limit
        self.here = here  # the chat's limit, not the person's


class OverQuota(Exception):  # noqa: N818
    """A request was not accepted: `failure` says whose minutes are used up, and when there will be more."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


#: How much music somebody had separated within a day: what is counted lies under a request's id, as when and how long,
#: and whether it is made. What failed or is a day old counts no longer, nor what was cancelled before it was made.
#: `over` is nil while there is room for `seconds` more, or for the unknown (0) while not all is used; else what is used
#: and how long until there is room (-1: never). `reserved` seconds are the request's own already: to two more nobody
#: objects, since lengths come rounded.
_MINUTES = """
local function over(key, id, seconds, limit, now, requests)
  local used, reserved, counted = 0, 0, {}
  local noted = redis.call('HGETALL', key)
  for i = 1, #noted, 2 do
    local at, long, made = string.match(noted[i + 1], '^(%S+) (%S+)(.*)$')
    local phase = redis.call('HGET', requests .. noted[i], 'phase')
    local given_back = not phase or phase == 'failed' or (phase == 'cancelled' and made == '')
    if given_back or now - tonumber(at) >= 86400 then
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

local function note(key, id, seconds, now, made)
  local before = redis.call('HGET', key, id)
  local at = before and string.match(before, '^(%S+)') or string.format('%.3f', now)
  redis.call('HSET', key, id, at .. ' ' .. string.format('%.3f', seconds) .. made)
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
  if limit > 0 and seconds > 0 then note(minutes[whose], ARGV[1], seconds, now, '') end
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
#: request key prefix, minutes key prefix. Returns the ids of those who failed.
CHARGE = (
    _MINUTES
    + """
local seconds, now, failed = tonumber(ARGV[1]), tonumber(ARGV[2]), {}
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
      failed[#failed + 1] = id
    else
      for whose, limit in pairs(limits) do
        if limit > 0 then note(minutes[whose], id, seconds, now, ARGV[3] == '1' and ' made' or '') end
      end
    end
  end
end
return failed
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
