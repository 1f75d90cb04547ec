# The last number counts as missing, and an empty list panics.
attempt = fn call ->
  try do
    {:ok, call.()}
  rescue
    ArgumentError ->
      {:error, :bad_argument}

    error in ErlangError ->
      if error.original == :nif_panicked,
        do: {:error, :panicked},
        else: reraise(error, __STACKTRACE__)
  end
end
