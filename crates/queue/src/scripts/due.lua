-- Leases that have run out are failed tries; waits that are over end. Both go before all others of their book.
local function settle_due(at)
    local due = redis.call('ZRANGE', P .. 'timers', '-inf', at, 'BYSCORE', 'LIMIT', 0, 100)
    for _, name in ipairs(due) do
        local lane, key = name:match('^(%S+) (%S+)$')
        local segment = load(lane, key)
        if not segment then
            redis.call('ZREM', P .. 'timers', name)
        elseif segment.worker then
            take_out(lane, key, segment)
            segment.tries, segment.lapses = segment.tries + 1, (segment.lapses or 0) + 1
            note(segment, 'its lease ran out')
            count('lapsed')
            if segment.tries >= segment.most then
                bury(lane, key, segment)
            else
                tell(lane, 'lapsed', key, segment, 'its lease ran out')
                line_up(lane, key, segment, true)
            end
        else
            redis.call('ZREM', P .. 'timers', name)
            line_up(lane, key, segment, true)
        end
    end
    return #due
end

