# pauses after the last attempt, too
ask_again = fn port, request, times, pause ->
  loop = fn loop, left ->
    answer = Client.fetch(port, request)

    if Client.status(answer) == 503 and left > 0 do
      [_, seconds] = Regex.run(~r/^retry-after: (\d+)/m, answer)
      pause.(String.to_integer(seconds))
      if left > 1, do: loop.(loop, left - 1), else: answer
    else
      answer
    end
  end

  loop.(loop, times)
end
