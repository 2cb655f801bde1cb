-- Leases segments to a worker: the lane whose turn it is first, and in a lane what goes before all others first.
-- What it has spoken meanwhile comes along, so that a busy worker needs one call for a segment.
-- ARGV: worker, how many, length of the lease (ms), skills (JSON: skill → whether the worker has it), then lane, key,
-- length (ns) and store of the clip of each segment that is spoken. The store is 'redis' where the clip was sent just
-- before this; had Redis refused that one, nothing is done.
-- Returns the leases as {lane, key, entry, segment (JSON)}, ms until something may change by itself (−1: nothing
-- will), lanes with a skill that the worker did not name, and for each clip whether it is news (1) or late (0).
local worker, want, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local skills = cjson.decode(ARGV[4])
local at = now()

for index = 5, #ARGV, 4 do
    if ARGV[index + 3] == 'redis' and redis.call('EXISTS', P .. 'clip:' .. ARGV[index + 1]) == 0 then
        return redis.error_reply('NOCLIP a clip is not there')
    end
end

settle_due(at)
local firsts = {}
for index = 5, #ARGV, 4 do
    firsts[#firsts + 1] = finish(worker, ARGV[index], ARGV[index + 1], ARGV[index + 2], at)
end

-- Limits: `NAME rate` segments a second, `NAME at-once` leases; NAME is `all`, `engine:…`, `master:…` or `lane:…`.
local limited = redis.call('EXISTS', P .. 'limits') == 1
local soonest = -1
-- Somebody may have waited for what is spoken now.
if limited and #firsts > 0 then wake(ARGV[5]) end

local function held(of)
    local sum = 0
    for _, lane in ipairs(redis.call('ZRANGE', P .. 'turns', 0, -1)) do
        if of(lane) then
            for _, first in ipairs({ true, false }) do
                sum = sum + redis.call('XPENDING', stream(lane, first), GROUP)[1]
            end
        end
    end
    return sum
end

local function info(lane)
    return cjson.decode(redis.call('HGET', P .. 'lanes', lane) or '{}')
end

local function bucket(name, rate)
    local key = P .. 'bucket:' .. name
    local most = math.max(1, rate)
    local was = redis.call('HMGET', key, 'tokens', 'at')
    local tokens = most
    if was[1] then
        tokens = math.min(most, was[1] + (at - was[2]) * rate / 1000)
    end
    return key, tokens
end

local function names(lane)
    local about = info(lane)
    return { 'all', 'engine:' .. (about.engine or ''), 'master:' .. (about.master or ''), 'lane:' .. lane }
end

-- How many of `wish` segments of a lane may be leased now.
local function allowed(lane, wish)
    if not limited then return wish end
    for _, name in ipairs(names(lane)) do
        local rate = redis.call('HGET', P .. 'limits', name .. ' rate')
        if rate then
            rate = tonumber(rate)
            local _, tokens = bucket(name, rate)
            wish = math.min(wish, math.floor(tokens))
            if tokens < 1 then
                local wait = math.ceil((1 - tokens) * 1000 / rate)
                soonest = soonest < 0 and wait or math.min(soonest, wait)
            end
        end
        local most = redis.call('HGET', P .. 'limits', name .. ' at-once')
        if most then
            local kind, value = name:match('^(%w+):?(.*)$')
            wish = math.min(wish, most - held(function(other)
                return kind == 'all' or (kind == 'lane' and other == value)
                    or (kind ~= 'lane' and info(other)[kind] == value)
            end))
        end
    end
    return math.max(0, wish)
end

local function pay(lane, segments)
    if not limited then return end
    for _, name in ipairs(names(lane)) do
        local rate = redis.call('HGET', P .. 'limits', name .. ' rate')
        if rate then
            local key, tokens = bucket(name, tonumber(rate))
            redis.call('HSET', key, 'tokens', tokens - segments, 'at', at)
            redis.call('PEXPIRE', key, 3600000)
        end
    end
end

local leases, unknown = {}, {}

-- Goes back to the begin of a stream in which a listener has skipped something. Returns whether that is so.
local function go_back(lane, first)
    if first or redis.call('SREM', P .. 'moved', lane) == 0 then return false end
    redis.call('XGROUP', 'SETID', stream(lane, first), GROUP, '0')
    return true
end

-- A worker may have died of one of the segments that it had. Of those, another worker has one at a time, so that the
-- innocent ones do not go down with it again and again.
local function has_a_suspect()
    local lane, key = (redis.call('HGET', P .. 'suspects', worker) or ''):match('^(%S+) (%S+)$')
    local segment = lane and load(lane, key)
    return segment and segment.worker == worker
end

local function lend(lane, key, segment)
    segment.worker, segment.by, segment.since = worker, worker, at
    redis.call('ZADD', P .. 'timers', at + lease, lane .. ' ' .. key)
    leases[#leases + 1] = { lane, key, segment.entry, save(lane, key, segment) }
    if segment.lapses then redis.call('HSET', P .. 'suspects', worker, lane .. ' ' .. key) end
end

-- Puts a segment off for half a second.
local function put_off(lane, key, segment)
    take_out(lane, key, segment)
    save(lane, key, segment)
    redis.call('ZADD', P .. 'timers', at + 500, lane .. ' ' .. key)
end

local function serve(lane, first, wish)
    local from = stream(lane, first)
    local served = 0
    while served < wish do
        local read = redis.pcall('XREADGROUP', 'GROUP', GROUP, worker, 'COUNT', wish - served, 'STREAMS', from, '>')
        if not read or read.err then
            if not go_back(lane, first) then break end
            read = { { from, {} } }
        end
        for _, entry in ipairs(read[1][2]) do
            local id, key = entry[1], entry[2][2]
            local segment = load(lane, key)
            if segment and segment.entry == id and segment.first == first and segment.worker then
                -- Read before a listener moved: who has it goes on.
            elseif segment and segment.entry == id and segment.first == first then
                if segment.lapses and has_a_suspect() then
                    put_off(lane, key, segment)
                else
                    lend(lane, key, segment)
                    served = served + 1
                end
            else
                redis.call('XACK', from, GROUP, id)
                redis.call('XDEL', from, id)
            end
        end
    end
    return served
end

local turns = redis.call('ZRANGE', P .. 'turns', 0, -1)
for _, lane in ipairs(turns) do
    if #leases >= want then break end
    local can = skills[lane:sub(1, 16)]
    if can == nil then
        unknown[#unknown + 1] = lane
    elseif can then
        local wish = allowed(lane, want - #leases)
        local served = wish > 0 and serve(lane, true, wish) or 0
        if wish > served then
            served = served + serve(lane, false, wish - served)
        end
        if served > 0 then
            pay(lane, served)
            if #turns > 1 then to_the_end(lane) end
        end
    end
end

local timer = redis.call('ZRANGE', P .. 'timers', 0, 0, 'WITHSCORES')[2]
local wait = timer and math.max(0, timer - at) or -1
if soonest >= 0 then
    wait = wait < 0 and soonest or math.min(wait, soonest)
end
return { leases, math.ceil(wait), unknown, firsts }
