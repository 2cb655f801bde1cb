-- A worker gives leases back untried.
-- ARGV: worker, then lane, key and entry of each. Returns how many were its own.
local worker, given = ARGV[1], 0
for index = 2, #ARGV, 3 do
    local lane, key = ARGV[index], ARGV[index + 1]
    local segment = load(lane, key)
    if segment and segment.entry == ARGV[index + 2] and segment.worker == worker then
        take_out(lane, key, segment)
        line_up(lane, key, segment, true)
        wake(lane)
        given = given + 1
    end
end
return given
