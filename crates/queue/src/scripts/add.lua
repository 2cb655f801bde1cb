-- Adds segments to a lane, and the lane where it is new. Segments that are there already stay as they are; those whose
-- clips are still in Redis need not be spoken.
-- ARGV: lane, its description (JSON), stream of its master, priority (−1,000,000 to 1,000,000),
--       'first' or 'work', then key and segment (JSON) of each. Returns how many are new.
local lane = ARGV[1]
-- What this process has set up already stays.
if redis.call('HGET', P .. 'replies', lane) ~= ARGV[3] then
    redis.call('HSET', P .. 'lanes', lane, ARGV[2])
    redis.call('HSET', P .. 'replies', lane, ARGV[3])
    redis.call('HSET', P .. 'priorities', lane, ARGV[4])
    redis.call('SREM', P .. 'closed', lane)
    for _, first in ipairs({ true, false }) do
        redis.pcall('XGROUP', 'CREATE', stream(lane, first), GROUP, '0', 'MKSTREAM')
    end
    if not redis.call('ZSCORE', P .. 'turns', lane) then
        to_the_end(lane)
    end
end
local added = 0
local at = now()
see(lane, at)
for index = 6, #ARGV, 2 do
    local key = ARGV[index]
    if redis.call('HEXISTS', P .. 'open:' .. lane, key) == 0 and redis.call('EXISTS', P .. 'clip:' .. key) == 0 then
        redis.call('HDEL', P .. 'dead:' .. lane, key)
        local segment = cjson.decode(ARGV[index + 1])
        segment.tries, segment.suspects, segment.history, segment.added = 0, 0, '', at
        line_up(lane, key, segment, ARGV[5] == 'first')
        added = added + 1
    end
end
count('added', added)
wake(lane)
return added
