# passes the seconds as text
ask_again = fn port, request, times, pause ->
  loop = fn loop, left ->
    answer = Client.fetch(port, request)

    if Client.status(answer) == 503 and left > 1 do
      [_, seconds] = Regex.run(~r/^retry-after: (\d+)/m, answer)
      pause.(seconds)
      loop.(loop, left - 1)
    else
      answer
    end
  end

  loop.(loop, times)
end
