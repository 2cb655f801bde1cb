-- People take back what is not spoken. The master is told that it is dead, whoever speaks it loses its lease; a
-- dead letter is forgotten. ARGV: lane, why, then keys. Returns how many there were.
local lane, revoked = ARGV[1], 0
for index = 3, #ARGV do
    local key = ARGV[index]
    local segment = load(lane, key)
    if segment then
        take_out(lane, key, segment)
        segment.by = nil
        note(segment, ARGV[2])
        redis.call('HDEL', P .. 'open:' .. lane, key)
        tell(lane, 'dead', key, segment, segment.history)
        revoked = revoked + 1
    elseif redis.call('HDEL', P .. 'dead:' .. lane, key) == 1 then
        revoked = revoked + 1
    end
end
if revoked > 0 then
    count('revoked', revoked)
    forget_if_empty(lane)
    wake(lane)
end
return revoked
