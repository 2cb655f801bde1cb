-- A try gave no clip. Only the holder of the lease is heard.
-- ARGV: lane, key, entry, worker, reason, 'again', 'suspect' or 'never', first wait and longest wait (ms).
-- Returns 'retried', 'dead', or 'lost' when the lease is another's.
local lane, key = ARGV[1], ARGV[2]
local segment = load(lane, key)
if not segment or segment.entry ~= ARGV[3] or segment.worker ~= ARGV[4] then
    return 'lost'
end
take_out(lane, key, segment)
segment.tries = segment.tries + 1
note(segment, ARGV[5])
local again = ARGV[6] ~= 'never'
if ARGV[6] == 'suspect' then
    segment.suspects = segment.suspects + 1
    again = segment.suspects < 2
end
if not again or segment.tries >= segment.most then
    bury(lane, key, segment)
    forget_if_empty(lane)
    return 'dead'
end
count('retried')
tell(lane, 'retried', key, segment, ARGV[5])
-- Doubling, with up to a quarter taken off, so that what failed together does not come back together.
local wait = math.min(ARGV[8], ARGV[7] * 2 ^ (segment.tries - 1))
local at = now()
wait = wait * (1 - (tonumber(key:sub(1, 4), 16) + at) % 256 / 1024)
save(lane, key, segment)
redis.call('ZADD', P .. 'timers', math.ceil(at + wait), lane .. ' ' .. key)
wake(lane)
return 'retried'
