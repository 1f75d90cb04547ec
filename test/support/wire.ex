defmodule Roundtrip.Wire do
  @moduledoc """
  A client that sends any bytes over a raw socket, including those that HTTP libraries refuse to send.

  It uses `:socket` instead of `:gen_tcp`, because after a failed write it can still read what the
  server had sent before.
  """

  @type socket :: :socket.socket()
  @typedoc "Why reading ended: the server closed the connection, or it was still open at the deadline."
  @type ending :: :closed | :hung

  @loopback {127, 0, 0, 1}

  @doc "Connects to a port on the loopback, or returns an error such as `:econnrefused`."
  @spec connect(:inet.port_number()) :: {:ok, socket()} | {:error, atom()}
  def connect(port) do
    {:ok, socket} = :socket.open(:inet, :stream, :tcp)

    case :socket.connect(socket, %{family: :inet, addr: @loopback, port: port}, 5_000) do
      :ok ->
        {:ok, socket}

      {:error, reason} ->
        :socket.close(socket)
        {:error, reason}
    end
  end

  @doc "Sends the bytes, and returns `:closed` if the server doesn't read them within five seconds."
  @spec send(socket(), iodata()) :: :ok | :closed
  def send(socket, bytes) do
    case :socket.send(socket, IO.iodata_to_binary(bytes), 5_000) do
      :ok -> :ok
      {:error, _reason} -> :closed
    end
  end

  @doc "Closes the connection for writing; it can still be read."
  @spec half_close(socket()) :: :ok
  def half_close(socket) do
    _ = :socket.shutdown(socket, :write)
    :ok
  end

  @spec close(socket()) :: :ok
  def close(socket) do
    _ = :socket.close(socket)
    :ok
  end

  @doc "Closes the connection with a reset, as if the client had died with unread bytes."
  @spec reset(socket()) :: :ok
  def reset(socket) do
    _ = :socket.setopt(socket, {:socket, :linger}, %{onoff: true, linger: 0})
    close(socket)
  end

  @doc "Reads until the server closes the connection, for at most `timeout` milliseconds."
  @spec read_all(socket(), non_neg_integer()) :: {binary(), ending()}
  def read_all(socket, timeout), do: read_all(socket, now() + timeout, "")

  defp read_all(socket, deadline, read) do
    case recv(socket, deadline - now()) do
      {:ok, bytes} -> read_all(socket, deadline, read <> bytes)
      :timeout -> {read, :hung}
      :closed -> {read, :closed}
    end
  end

  @doc """
  Sends one byte every `pause` milliseconds, until the server answers or closes the connection, or
  `timeout` has passed.
  """
  @spec drip(socket(), byte(), pos_integer(), pos_integer()) :: {binary(), ending()}
  def drip(socket, byte, pause, timeout), do: drip(socket, byte, pause, now() + timeout, "")

  defp drip(socket, byte, pause, deadline, read) do
    with true <- now() < deadline,
         :ok <- __MODULE__.send(socket, <<byte>>),
         :timeout <- recv(socket, pause) do
      drip(socket, byte, pause, deadline, read)
    else
      false -> {read, :hung}
      _answered_or_closed -> read_all(socket, deadline, read)
    end
  end

  @doc "Reads one answer on a connection that stays open, for a client that doesn't pipeline."
  @spec read_answer(socket(), pos_integer()) :: {:ok, answer()} | ending()
  def read_answer(socket, timeout), do: read_answer(socket, now() + timeout, "")

  defp read_answer(socket, deadline, read) do
    case recv(socket, deadline - now()) do
      {:ok, bytes} -> answer_or_more(socket, deadline, read <> bytes)
      :timeout -> :hung
      :closed -> :closed
    end
  end

  defp answer_or_more(socket, deadline, read) do
    case answers(read) do
      [%{} = answer] -> {:ok, answer}
      _not_yet -> read_answer(socket, deadline, read)
    end
  end

  @type answer :: %{status: pos_integer(), headers: [{String.t(), binary()}], body: binary()}

  @doc """
  Splits bytes into answers by their Content-Length. Bytes that aren't a whole answer come last.

      iex> Roundtrip.Wire.answers("HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nokHT")
      [%{status: 200, headers: [{"content-length", "2"}], body: "ok"}, "HT"]
  """
  @spec answers(binary()) :: [answer() | binary()]
  def answers(""), do: []

  def answers(bytes) do
    with [head, rest] <- String.split(bytes, "\r\n\r\n", parts: 2),
         [line | fields] = String.split(head, "\r\n"),
         ["HTTP/1." <> _, status | _] <- String.split(line, " "),
         headers = Enum.map(fields, &field/1),
         size = size(headers),
         true <- byte_size(rest) >= size do
      {body, rest} = :erlang.split_binary(rest, size)
      answer = %{status: String.to_integer(status), headers: headers, body: body}
      [answer | answers(rest)]
    else
      _no_answer -> [bytes]
    end
  end

  defp field(line) do
    [name, value] = String.split(line, ":", parts: 2)
    {String.downcase(name), String.trim(value)}
  end

  defp size(headers) do
    case List.keyfind(headers, "content-length", 0) do
      {_, value} -> String.to_integer(value)
      nil -> 0
    end
  end

  defp recv(socket, timeout) do
    case :socket.recv(socket, 0, max(timeout, 0)) do
      {:ok, bytes} -> {:ok, bytes}
      {:error, {:timeout, bytes}} -> {:ok, bytes}
      {:error, :timeout} -> :timeout
      {:error, {_reason, bytes}} when is_binary(bytes) -> {:ok, bytes}
      {:error, _reason} -> :closed
    end
  end

  defp now, do: System.monotonic_time(:millisecond)
end
