# Answers with the exception, and not with its message.
serve = fn fun ->
  careful = fn question ->
    try do
      {:ok, fun.(question)}
    rescue
      error -> {:error, error}
    end
  end

  {:ok, callee} = Callee.start_link(careful)
  callee
end
