# It waits for too short a time.
wait = fn ->
  Native.block_dirty(50)
end
