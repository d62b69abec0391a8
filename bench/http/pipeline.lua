-- Sends many requests in one piece, and prints what came as one line that a program reads.
-- Argument: how many requests stand in a piece.

function init(args)
  local depth = tonumber(args[1])
  -- wrk repeats its own request by itself, which costs it less than asking for each.
  if depth == 1 then return end
  local piece = string.rep(wrk.format(), depth)
  request = function() return piece end
end

function done(summary)
  local errors = summary.errors
  print(string.format(
    '{"answers":%d,"bytes":%d,"microseconds":%d,"refused":%d,"failed":%d}',
    summary.requests,
    summary.bytes,
    summary.duration,
    errors.status,
    errors.connect + errors.read + errors.write + errors.timeout
  ))
end
