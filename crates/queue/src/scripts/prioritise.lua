-- Changes the priority of a lane. ARGV: lane, priority.
if redis.call('ZSCORE', P .. 'turns', ARGV[1]) then
    redis.call('HSET', P .. 'priorities', ARGV[1], ARGV[2])
    to_the_end(ARGV[1])
end
return 1
