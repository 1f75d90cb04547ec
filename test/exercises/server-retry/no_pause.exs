# asks again at once
ask_again = fn port, request, times, _pause ->
  loop = fn loop, left ->
    answer = Client.fetch(port, request)

    if Client.status(answer) == 503 and left > 1 do
      loop.(loop, left - 1)
    else
      answer
    end
  end

  loop.(loop, times)
end
