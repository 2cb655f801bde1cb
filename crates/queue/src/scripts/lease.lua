-- Leases tasks to a worker: the lane whose turn it is first, and in a lane what goes before all others first.
-- ARGV: worker, how many, length of the lease (ms), skills (JSON: skill → whether the worker has it).
-- Returns the leases as {lane, key, entry, task (JSON)}, ms until something may change by itself (−1: nothing
-- will), and lanes with a skill that the worker did not name.
local worker, want, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local skills = cjson.decode(ARGV[4])
local at = now()

-- Leases that have run out, and waits that are over.
local due = redis.call('ZRANGE', P .. 'timers', '-inf', at, 'BYSCORE', 'LIMIT', 0, 100)
for _, name in ipairs(due) do
    local lane, key = name:match('^(%S+) (%S+)$')
    local task = load(lane, key)
    if not task then
        redis.call('ZREM', P .. 'timers', name)
    elseif task.worker then
        take_out(lane, key, task)
        task.tries = task.tries + 1
        note(task, 'its lease ran out')
        count('lapsed')
        if task.tries >= task.most then
            bury(lane, key, task)
        else
            tell(lane, 'retried', key, task, 'its lease ran out')
            line_up(lane, key, task, true)
        end
    else
        redis.call('ZREM', P .. 'timers', name)
        line_up(lane, key, task, true)
    end
end

-- Limits: `NAME rate` tasks a second, `NAME at-once` leases; NAME is `all`, `engine:…`, `master:…` or `lane:…`.
local limited = redis.call('EXISTS', P .. 'limits') == 1
local soonest = -1

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

-- How many of `wish` tasks of a lane may be leased now.
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

local function pay(lane, tasks)
    if not limited then return end
    for _, name in ipairs(names(lane)) do
        local rate = redis.call('HGET', P .. 'limits', name .. ' rate')
        if rate then
            local key, tokens = bucket(name, tonumber(rate))
            redis.call('HSET', key, 'tokens', tokens - tasks, 'at', at)
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
            local task = load(lane, key)
            if task and task.entry == id and task.first == first and task.worker then
                -- Read before a listener moved: who has it goes on.
            elseif task and task.entry == id and task.first == first then
                task.worker, task.by, task.since = worker, worker, at
                save(lane, key, task)
                redis.call('ZADD', P .. 'timers', at + lease, lane .. ' ' .. key)
                leases[#leases + 1] = { lane, key, id, cjson.encode(task) }
                served = served + 1
            else
                redis.call('XACK', from, GROUP, id)
                redis.call('XDEL', from, id)
            end
        end
    end
    return served
end

for _, lane in ipairs(redis.call('ZRANGE', P .. 'turns', 0, -1)) do
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
            to_the_end(lane)
        end
    end
end

local timer = redis.call('ZRANGE', P .. 'timers', 0, 0, 'WITHSCORES')[2]
local wait = timer and math.max(0, timer - at) or -1
if soonest >= 0 then
    wait = wait < 0 and soonest or math.min(wait, soonest)
end
return { leases, math.ceil(wait), unknown }
