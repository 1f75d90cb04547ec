# Exceptions that it does not know become an error.
attempt = fn call ->
  try do
    {:ok, call.()}
  rescue
    ArgumentError ->
      {:error, :bad_argument}

    error ->
      if error == %ErlangError{original: :nif_panicked},
        do: {:error, :panicked},
        else: {:error, error}
  end
end
