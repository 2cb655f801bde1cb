-- A master needs nothing more of a lane. What is being spoken is left to its worker, whose clip the store keeps.
-- ARGV: lane, 'keep' or 'purge' its dead letters.
local lane = ARGV[1]
redis.call('DEL', P .. 'open:' .. lane)
redis.call('HDEL', P .. 'replies', lane)
if ARGV[2] == 'purge' then
    redis.call('DEL', P .. 'dead:' .. lane)
end
redis.call('SADD', P .. 'closed', lane)
forget_if_empty(lane)
return 1
