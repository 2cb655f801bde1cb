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
    local task = load(lane, key)
    if task and task.entry and not task.worker and not task.first then
        take_out(lane, key, task)
        line_up(lane, key, task, true)
    end
end
-- The first of them that waits in reading order is where reading goes on.
for index = 3 + ahead, #ARGV do
    local task = load(lane, ARGV[index])
    if task and task.entry and not task.worker and not task.first then
        read_from(lane, task.entry)
        break
    end
end
return 1
