-- A master looks at its lane: what is due is settled, even while no worker asks.
-- ARGV: lane. Returns up to a thousand leases of it, as {key, worker}.
local lane = ARGV[1]
local at = now()
if settle_due(at) > 0 then wake(lane) end
if redis.call('HEXISTS', P .. 'lanes', lane) == 1 then see(lane, at) end
local leases = {}
for _, first in ipairs({ true, false }) do
    local from = stream(lane, first)
    local pending = redis.pcall('XPENDING', from, GROUP, '-', '+', 1000 - #leases)
    for _, held in ipairs(pending.err and {} or pending) do
        local entry = redis.call('XRANGE', from, held[1], held[1])[1]
        local key = entry and entry[2][2]
        local segment = key and load(lane, key)
        if segment and segment.worker then
            leases[#leases + 1] = { key, segment.worker }
        end
    end
    if #leases >= 1000 then break end
end
return leases
