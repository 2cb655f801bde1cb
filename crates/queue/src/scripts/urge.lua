-- A listener has moved: what comes from there on is spoken next, then what comes before.
-- ARGV: lane, how many keys go before all others, those keys, and then keys from the place on, in reading order.

-- Lets the entry be the next one that is read of its stream.
local function read_from(lane, entry)
    local ms, number = entry:match('^(%d+)-(%d+)$')
    local before = number ~= '0' and string.format('%s-%d', ms, number - 1)
        or string.format('%d-18446744073709551615', ms - 1)
    redis.call('XGROUP', 'SETID', stream(lane, false), GROUP, before)
    redis.call('SADD', P .. 'moved', lane)
end

local lane, ahead = ARGV[1], tonumber(ARGV[2])
for index = 3, 2 + ahead do
    local key = ARGV[index]
    local segment = load(lane, key)
    if segment and segment.entry and not segment.worker and not segment.first then
        take_out(lane, key, segment)
        line_up(lane, key, segment, true)
    end
end
-- The first of them that waits in reading order is where reading goes on.
for index = 3 + ahead, #ARGV do
    local segment = load(lane, ARGV[index])
    if segment and segment.entry and not segment.worker and not segment.first then
        read_from(lane, segment.entry)
        break
    end
end
return 1
