-- What wrk sends, and the one line in which it says what came of it.
wrk.method = "POST"
wrk.body = string.rep("x", 64)
wrk.headers["Content-Type"] = "application/octet-stream"

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("bench requests=%d us=%d p50=%d p99=%d errors=%d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
