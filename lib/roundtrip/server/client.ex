defmodule Roundtrip.Server.Client do
  @moduledoc """
  A client for lessons and tests: text goes to a server as it is, and text comes back.

  It waits for no longer than it is told, 5 seconds if it is told nothing, and then says
  `{:error, :timeout}`. A server that closes without an answer is `{:error, :closed}`.
  """

  @timeout 5_000

  @type answer :: binary() | {:error, :timeout | :closed | :inet.posix()}

  @doc """
  A request as it stands on the wire, for one answer: `connection: close` is among its headers.

      iex> Roundtrip.Server.Client.request("GET", "/")
      "GET / HTTP/1.1\\r\\nhost: localhost\\r\\nconnection: close\\r\\n\\r\\n"

  A body adds its length.

      iex> "POST" |> Roundtrip.Server.Client.request("/", "four") |> String.split("\\r\\n")
      ["POST / HTTP/1.1", "host: localhost", "connection: close", "content-length: 4", "", "four"]
  """
  @spec request(String.t(), String.t(), binary() | nil) :: binary()
  def request(method, path, body \\ nil)
  def request(method, path, nil), do: head(method, path) <> "\r\n"

  def request(method, path, body),
    do: head(method, path) <> "content-length: #{byte_size(body)}\r\n\r\n" <> body

  @doc "As far as the empty line before a body, which is left to the caller."
  @spec head(String.t(), String.t()) :: binary()
  def head(method, path),
    do: "#{method} #{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"

  @doc "Sends a request, and gives the whole answer."
  @spec ask(:inet.port_number(), iodata(), timeout()) :: answer()
  def ask(port, request, timeout \\ @timeout) do
    with {:ok, socket} <- open(port) do
      answer = with :ok <- :gen_tcp.send(socket, request), do: read(socket, timeout)
      :gen_tcp.close(socket)
      answer
    end
  end

  @doc "A connection to a server on this machine, with something sent already."
  @spec open(:inet.port_number(), iodata()) :: {:ok, :gen_tcp.socket()} | {:error, :inet.posix()}
  def open(port, text \\ "") do
    # A small buffer on this side, so that a client that reads nothing is soon noticed.
    opts = [:binary, active: false, recbuf: 65_536]

    with {:ok, socket} <- :gen_tcp.connect({127, 0, 0, 1}, port, opts, @timeout),
         :ok <- :gen_tcp.send(socket, text),
         do: {:ok, socket}
  end

  @doc """
  The next answer of a connection: its head, and as much of a body as the head announces.

  An answer that announces nothing ends with its head.
  """
  @spec read(:gen_tcp.socket(), timeout()) :: answer()
  def read(socket, timeout \\ @timeout), do: read_head(socket, "", now() + timeout)

  defp read_head(socket, text, deadline) do
    case String.split(text, "\r\n\r\n", parts: 2) do
      [head, body] ->
        read_body(socket, [text], announced(head) - byte_size(body), deadline)

      _ ->
        with {:ok, more} <- more(socket, deadline), do: read_head(socket, text <> more, deadline)
    end
  end

  defp read_body(_socket, parts, missing, _deadline) when missing <= 0,
    do: IO.iodata_to_binary(parts)

  defp read_body(socket, parts, missing, deadline) do
    with {:ok, more} <- more(socket, deadline),
         do: read_body(socket, [parts, more], missing - byte_size(more), deadline)
  end

  defp more(socket, deadline), do: :gen_tcp.recv(socket, 0, max(deadline - now(), 0))

  defp announced(head) do
    case Regex.run(~r/^content-length: *(\d+)/im, head) do
      [_, length] -> String.to_integer(length)
      nil -> 0
    end
  end

  @doc """
  The status of an answer.

      iex> Roundtrip.Server.Client.status("HTTP/1.1 204 No Content\\r\\n\\r\\n")
      204
  """
  @spec status(binary()) :: 100..999
  def status("HTTP/1." <> <<_version, " ", status::binary-size(3)>> <> _rest),
    do: String.to_integer(status)

  @doc """
  The body of an answer.

      iex> Roundtrip.Server.Client.body("HTTP/1.1 200 OK\\r\\n\\r\\nhello")
      "hello"
  """
  @spec body(binary()) :: binary()
  def body(answer), do: answer |> String.split("\r\n\r\n", parts: 2) |> List.last()

  defp now, do: System.monotonic_time(:millisecond)
end
