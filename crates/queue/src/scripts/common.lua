-- What every script begins with.
--
-- KEYS[1] is the prefix of the namespace, `{name}:`. All keys begin with it, so that on a Redis cluster
-- they lie in one slot. A *lane* is one book of one master; its name begins with its *skill*, 16 digits
-- that stand for engine id, voice and language. A segment is one segment:
--
--   open:LANE   hash    key of the segment → segment as JSON, until it is spoken, dead or revoked
--   first:LANE  stream  entries {k = key} that go before all others: tries after the first, urgent ones
--   work:LANE   stream  the other entries, in reading order
--   dead:LANE   hash    key → segment that failed for good
--   moved       set     lanes in which a listener has skipped something that is not read yet
--   seen        zset    LANE → ms at which its master has looked at it last
--   timers      zset    `LANE KEY` → ms at which its lease runs out, or its wait is over
--   turns       zset    LANE → urgent ones first, and of equals the one that was served longest ago
--
-- A segment has exactly one entry in one of its streams (`segment.entry`, `segment.first`), or waits in `timers`.
-- Whoever holds `segment.entry` as `segment.worker` has the lease. All times are Redis's own.
local P = KEYS[1]
local GROUP = 'workers'

local function now()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function stream(lane, first)
    return P .. (first and 'first:' or 'work:') .. lane
end

local function load(lane, key)
    local json = redis.call('HGET', P .. 'open:' .. lane, key)
    return json and cjson.decode(json)
end

local function save(lane, key, segment)
    local json = cjson.encode(segment)
    redis.call('HSET', P .. 'open:' .. lane, key, json)
    return json
end

local function count(what, by)
    redis.call('HINCRBY', P .. 'totals', what, by or 1)
end

-- Puts a segment into a stream.
local function line_up(lane, key, segment, first)
    segment.first = first
    segment.worker = nil
    segment.entry = redis.call('XADD', stream(lane, first), '*', 'k', key)
    save(lane, key, segment)
end

-- Takes a segment out of its stream, and out of the hands of whoever has it.
local function take_out(lane, key, segment)
    if segment.entry then
        local from = stream(lane, segment.first)
        redis.call('XACK', from, GROUP, segment.entry)
        redis.call('XDEL', from, segment.entry)
        segment.entry = nil
    end
    redis.call('ZREM', P .. 'timers', lane .. ' ' .. key)
    segment.worker = nil
end

-- Tells the master of the lane.
local function tell(lane, what, key, segment, data)
    local reply = redis.call('HGET', P .. 'replies', lane)
    if reply then
        redis.call('XADD', reply, 'MAXLEN', '~', 100000, '*', 'l', lane, 'e', what, 'k', key,
            'w', segment.by or '', 'n', segment.tries, 'd', data)
        -- A master that never comes back must not fill Redis.
        redis.call('PEXPIRE', reply, 86400000)
    end
end

local function wake(lane)
    redis.call('PUBLISH', P .. 'wake', lane)
end

local function note(segment, reason)
    local line = (segment.by and (segment.by .. ': ') or '') .. reason
    segment.history = segment.history == '' and line or (segment.history .. '\n' .. line)
end

-- A segment fails for good.
local function bury(lane, key, segment)
    redis.call('HDEL', P .. 'open:' .. lane, key)
    redis.call('HSET', P .. 'dead:' .. lane, key, cjson.encode(segment))
    count('dead')
    tell(lane, 'dead', key, segment, segment.history)
end

-- Forgets a lane that its master has closed, when nothing is left of it.
local function forget_if_empty(lane)
    if redis.call('SISMEMBER', P .. 'closed', lane) == 1
        and redis.call('HLEN', P .. 'open:' .. lane) == 0 then
        redis.call('DEL', stream(lane, true), stream(lane, false))
        redis.call('ZREM', P .. 'turns', lane)
        redis.call('SREM', P .. 'moved', lane)
        redis.call('ZREM', P .. 'seen', lane)
        if redis.call('HLEN', P .. 'dead:' .. lane) == 0 then
            redis.call('SREM', P .. 'closed', lane)
            redis.call('HDEL', P .. 'lanes', lane)
            redis.call('HDEL', P .. 'priorities', lane)
        end
    end
end

-- The master of a lane is there.
local function see(lane, at)
    -- Where memory is used up, the master is seen later.
    redis.pcall('ZADD', P .. 'seen', at, lane)
end

-- Places a lane behind all others of its priority.
local function to_the_end(lane)
    local priority = redis.call('HGET', P .. 'priorities', lane) or 0
    local turn = redis.call('INCR', P .. 'turn')
    redis.call('ZADD', P .. 'turns', turn - priority * 1e9, lane)
end

