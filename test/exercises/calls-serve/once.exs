# Answers one question, and ends.
serve = fn fun ->
  spawn(fn ->
    receive do
      {:ask, call, question} ->
        answer =
          try do
            {:ok, fun.(question)}
          rescue
            error -> {:error, Exception.message(error)}
          end

        Native.answer(call, answer)
    end
  end)
end
