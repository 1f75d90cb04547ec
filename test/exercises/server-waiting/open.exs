# counts who is waiting, and answers nobody
answer_all = fn requests, _text ->
  Enum.count(requests, &Server.open?/1)
end
