-- Puts tasks that nobody is at before all others of their lane. ARGV: lane, then keys, most urgent first.
local lane = ARGV[1]
for index = 2, #ARGV do
    local key = ARGV[index]
    local task = load(lane, key)
    if task and task.entry and not task.worker and not task.first then
        take_out(lane, key, task)
        line_up(lane, key, task, true)
    end
end
wake(lane)
return 1
