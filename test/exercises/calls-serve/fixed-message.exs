# Answers with one message, whatever was raised.
serve = fn fun ->
  careful = fn question ->
    try do
      {:ok, fun.(question)}
    rescue
      _error -> {:error, "no number"}
    end
  end

  {:ok, callee} = Callee.start_link(careful)
  callee
end
