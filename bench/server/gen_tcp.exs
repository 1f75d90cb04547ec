defmodule Bench.GenTcp do
  # HTTP in plain Elixir, as fast as a page of it gets: acceptors that serve what they accept, the
  # VM's own parser, one write an answer. It sends no Date, which is in its favour.

  @acceptors 16

  def start(handler) do
    # A listener belongs to whoever opens it: this one to a process that stays.
    pid = spawn_link(fn -> listen(handler) end)
    send(pid, {:port, self()})

    receive do
      {^pid, port} -> port
    end
  end

  defp listen(handler) do
    options = [:binary, ip: {127, 0, 0, 1}, active: false, nodelay: true, backlog: 1_024]
    {:ok, listener} = :gen_tcp.listen(0, [packet: :raw, reuseaddr: true] ++ options)
    {:ok, port} = :inet.port(listener)
    for _ <- 1..@acceptors, do: spawn_link(fn -> accept(listener, handler) end)

    receive do
      {:port, who} -> send(who, {self(), port})
    end

    Process.sleep(:infinity)
  end

  defp accept(listener, handler) do
    {:ok, socket} = :gen_tcp.accept(listener)
    spawn(fn -> accept(listener, handler) end)
    serve(socket, handler, "")
  end

  defp serve(socket, handler, bytes) do
    with {:ok, method, target, version, bytes} <- request_line(socket, bytes),
         {:ok, headers, bytes} <- headers(socket, bytes, []),
         {:ok, body, bytes} <- body(socket, bytes, length_of(headers)),
         {status, fields, text} = handler.(method, target, headers, body),
         :ok <- :gen_tcp.send(socket, answer(status, fields, text)),
         true <- keep_alive?(version, headers) do
      serve(socket, handler, bytes)
    else
      _closed_or_malformed -> :gen_tcp.close(socket)
    end
  end

  defp request_line(socket, bytes) do
    case :erlang.decode_packet(:http_bin, bytes, []) do
      {:ok, {:http_request, method, {:abs_path, target}, version}, rest} ->
        {:ok, method, target, version, rest}

      {:more, _} ->
        with {:ok, bytes} <- more(socket, bytes), do: request_line(socket, bytes)

      _other ->
        :malformed
    end
  end

  defp headers(socket, bytes, known) do
    case :erlang.decode_packet(:httph_bin, bytes, []) do
      {:ok, {:http_header, _, name, _, value}, rest} ->
        headers(socket, rest, [{name, value} | known])

      {:ok, :http_eoh, rest} ->
        {:ok, known, rest}

      {:more, _} ->
        with {:ok, bytes} <- more(socket, bytes), do: headers(socket, bytes, known)

      _other ->
        :malformed
    end
  end

  defp body(socket, bytes, size) do
    if byte_size(bytes) >= size do
      {body, bytes} = :erlang.split_binary(bytes, size)
      {:ok, body, bytes}
    else
      with {:ok, bytes} <- more(socket, bytes), do: body(socket, bytes, size)
    end
  end

  # Active once; a passive recv measures the same.
  defp more(socket, bytes) do
    :ok = :inet.setopts(socket, active: :once)

    receive do
      {:tcp, ^socket, more} -> {:ok, bytes <> more}
      {:tcp_closed, ^socket} -> :closed
      {:tcp_error, ^socket, _reason} -> :closed
    end
  end

  defp length_of(headers) do
    case List.keyfind(headers, :"Content-Length", 0) do
      {_, digits} -> String.to_integer(digits)
      nil -> 0
    end
  end

  defp keep_alive?({1, 1}, headers),
    do: not match?({_, "close"}, List.keyfind(headers, :Connection, 0))

  defp keep_alive?(_older, _headers), do: false

  defp answer(status, fields, body) do
    [
      ["HTTP/1.1 ", Integer.to_string(status), " OK\r\n"],
      for({name, value} <- fields, do: [name, ": ", value, "\r\n"]),
      ["content-length: ", Integer.to_string(IO.iodata_length(body)), "\r\n\r\n"],
      body
    ]
  end
end
