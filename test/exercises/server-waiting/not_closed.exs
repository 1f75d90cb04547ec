# counts a client that was answered before
answer_all = fn requests, text ->
  Enum.count(requests, fn request ->
    Server.respond(request, Server.Response.text(text)) != {:error, :closed}
  end)
end
