-- Tells front ends of requests that changed by other means than a script.
-- Returns their number.

-- KEYS[1]...: the requests.

for i = 1, #KEYS do tell(KEYS[i]) end
return #KEYS
