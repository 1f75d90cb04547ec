# Every ErlangError counts as a panic.
attempt = fn call ->
  try do
    {:ok, call.()}
  rescue
    ArgumentError -> {:error, :bad_argument}
    ErlangError -> {:error, :panicked}
  end
end
