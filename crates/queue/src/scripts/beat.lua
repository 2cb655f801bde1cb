-- A worker is alive: its leases are renewed, if they are still its own.
-- ARGV: worker, ms after which it counts as gone, its status (JSON), length of a lease (ms), then lane, key and
-- entry of each lease. Returns what it is ordered to do ('' or 'drain') and the keys of leases that it has lost.
local worker, lease = ARGV[1], tonumber(ARGV[4])
local at = now()
redis.call('ZADD', P .. 'workers', at + ARGV[2], worker)
redis.call('HSET', P .. 'statuses', worker, ARGV[3])
for _, gone in ipairs(redis.call('ZRANGE', P .. 'workers', '-inf', at, 'BYSCORE', 'LIMIT', 0, 100)) do
    redis.call('ZREM', P .. 'workers', gone)
    redis.call('HDEL', P .. 'statuses', gone)
    redis.call('HDEL', P .. 'orders', gone)
    redis.call('HDEL', P .. 'suspects', gone)
end
-- A lane whose master was not seen for a day is closed when all of it is spoken: nobody will do so any more.
local day = 86400000
for _, lane in ipairs(redis.call('ZRANGE', P .. 'seen', '-inf', at - day, 'BYSCORE', 'LIMIT', 0, 10)) do
    if redis.call('HLEN', P .. 'open:' .. lane) == 0 then
        redis.call('SADD', P .. 'closed', lane)
        redis.call('HDEL', P .. 'replies', lane)
        forget_if_empty(lane)
    else
        see(lane, at)
    end
end
local lost = {}
for index = 5, #ARGV, 3 do
    local lane, key = ARGV[index], ARGV[index + 1]
    local segment = load(lane, key)
    if segment and segment.entry == ARGV[index + 2] and segment.worker == worker then
        redis.call('ZADD', P .. 'timers', at + lease, lane .. ' ' .. key)
    else
        lost[#lost + 1] = key
    end
end
return { redis.call('HGET', P .. 'orders', worker) or '', lost }
