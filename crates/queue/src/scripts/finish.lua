-- A clip is in the store. The first to say so counts, whoever has the lease by now.
-- ARGV: lane, key, worker, what the master is told (JSON). Returns 1, or 0 when it was settled before.
local lane, key = ARGV[1], ARGV[2]
local task = load(lane, key)
if not task then
    count('late')
    return 0
end
take_out(lane, key, task)
redis.call('HDEL', P .. 'open:' .. lane, key)
task.by = ARGV[3]
count('spoken')
tell(lane, 'spoken', key, task, ARGV[4])
redis.call('XADD', P .. 'log', 'MAXLEN', '~', 1000, '*', 'l', lane, 'k', key, 'w', ARGV[3],
    'n', task.tries + 1, 'ms', now() - (task.since or task.added), 'h', task.history, 't', task.text)
forget_if_empty(lane)
-- Somebody may have waited for a limit.
if redis.call('EXISTS', P .. 'limits') == 1 then wake(lane) end
return 1
