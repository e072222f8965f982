-- Counts the minutes of a person or a chat.
-- Returns the seconds that count now, as text.

local minutes = KEYS[1]
local time = ARGV[1]
local request_prefix = ARGV[2]

local used = over(minutes, '', 0, 0, tonumber(time), request_prefix, 1)
return string.format('%.3f', used)
