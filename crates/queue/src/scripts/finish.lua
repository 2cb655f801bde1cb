-- A clip is in its store, or in Redis. The first to say so counts, whoever has the lease by now. Returns whether that is news.
local function finish(worker, lane, key, audio, at)
    local segment = load(lane, key)
    if not segment then
        count('late')
        return 0
    end
    take_out(lane, key, segment)
    redis.call('HDEL', P .. 'open:' .. lane, key)
    segment.by = worker
    count('spoken')
    local took = at - (segment.since or segment.added)
    tell(lane, 'spoken', key, segment, audio .. ' ' .. took)
    redis.call('XADD', P .. 'log', 'MAXLEN', '~', 1000, '*', 'l', lane, 'k', key, 'w', worker,
        'n', segment.tries + 1, 'ms', took, 'h', segment.history, 't', segment.text)
    forget_if_empty(lane)
    return 1
end

