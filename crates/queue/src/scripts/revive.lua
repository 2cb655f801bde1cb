-- Gives dead letters new tries. ARGV: lane, then keys; without keys, all of them. Returns how many.
local lane = ARGV[1]
local keys = {}
for index = 2, #ARGV do keys[#keys + 1] = ARGV[index] end
if #keys == 0 then keys = redis.call('HKEYS', P .. 'dead:' .. lane) end
local revived = 0
for _, key in ipairs(keys) do
    local json = redis.call('HGET', P .. 'dead:' .. lane, key)
    if json then
        local segment = cjson.decode(json)
        segment.tries, segment.suspects, segment.lapses = 0, 0, nil
        redis.call('HDEL', P .. 'dead:' .. lane, key)
        for _, first in ipairs({ true, false }) do
            redis.pcall('XGROUP', 'CREATE', stream(lane, first), GROUP, '0', 'MKSTREAM')
        end
        line_up(lane, key, segment, true)
        revived = revived + 1
    end
end
if revived > 0 then
    if not redis.call('ZSCORE', P .. 'turns', lane) then to_the_end(lane) end
    wake(lane)
end
return revived
