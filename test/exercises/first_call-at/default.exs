# A missing number is 0.
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
