-- A worker leaves. ARGV: worker.
redis.call('ZREM', P .. 'workers', ARGV[1])
redis.call('HDEL', P .. 'statuses', ARGV[1])
redis.call('HDEL', P .. 'orders', ARGV[1])
redis.call('HDEL', P .. 'suspects', ARGV[1])
return 1
