# It knows one place where the function may hide its notifier.
within = fn function ->
  result = function.()
  Process.delete(:hidden)
  :erlang.garbage_collect()
  result
end
