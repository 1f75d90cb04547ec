defmodule Roundtrip.Server.Client do
  @moduledoc """
  A minimal HTTP client for lessons and tests, which sends and returns the text on the wire.

      request = Roundtrip.Server.Client.request("GET", "/")
      response = Roundtrip.Server.Client.fetch(4000, request)
      Roundtrip.Server.Client.status(response)
      #=> 200

  Functions that wait return `{:error, :timeout}` after their timeout, 5 seconds by default, and
  `{:error, :closed}` if the server closes the connection without a response.
  """

  @timeout 5_000

  @type response :: binary() | {:error, :timeout | :closed | :inet.posix()}

  @doc """
  Builds the text of a request, with the header `connection: close`.

      iex> Roundtrip.Server.Client.request("GET", "/")
      "GET / HTTP/1.1\\r\\nhost: localhost\\r\\nconnection: close\\r\\n\\r\\n"

  A body adds the header `content-length`:

      iex> "POST" |> Roundtrip.Server.Client.request("/", "four") |> String.split("\\r\\n")
      ["POST / HTTP/1.1", "host: localhost", "connection: close", "content-length: 4", "", "four"]
  """
  @spec request(String.t(), String.t(), binary() | nil) :: binary()
  def request(method, path, body \\ nil)
  def request(method, path, nil), do: request_head(method, path) <> "\r\n"

  def request(method, path, body),
    do: request_head(method, path) <> "content-length: #{byte_size(body)}\r\n\r\n" <> body

  @doc "Builds the head of a request without the empty line that ends it, for further headers."
  @spec request_head(String.t(), String.t()) :: binary()
  def request_head(method, path),
    do: "#{method} #{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"

  @doc "Sends the text of a request to a server on this machine, and returns the response's text."
  @spec fetch(:inet.port_number(), iodata(), timeout()) :: response()
  def fetch(port, request, timeout \\ @timeout) do
    with {:ok, socket} <- open(port) do
      response = with :ok <- :gen_tcp.send(socket, request), do: read(socket, timeout)
      :gen_tcp.close(socket)
      response
    end
  end

  @doc "Opens a connection to a server on this machine, and sends `text` on it."
  @spec open(:inet.port_number(), iodata()) :: {:ok, :gen_tcp.socket()} | {:error, :inet.posix()}
  def open(port, text \\ "") do
    # A small receive buffer, so that the server soon notices a client that doesn't read.
    opts = [:binary, active: false, recbuf: 65_536]

    with {:ok, socket} <- :gen_tcp.connect({127, 0, 0, 1}, port, opts, @timeout),
         :ok <- :gen_tcp.send(socket, text),
         do: {:ok, socket}
  end

  @doc "Reads the next response: its head, and as many bytes of a body as `content-length` says."
  @spec read(:gen_tcp.socket(), timeout()) :: response()
  def read(socket, timeout \\ @timeout), do: read_head(socket, "", now() + timeout)

  defp read_head(socket, text, deadline) do
    case String.split(text, "\r\n\r\n", parts: 2) do
      [head, body] ->
        read_body(socket, [text], content_length(head) - byte_size(body), deadline)

      _ ->
        with {:ok, more} <- receive_more(socket, deadline),
             do: read_head(socket, text <> more, deadline)
    end
  end

  defp read_body(_socket, parts, missing, _deadline) when missing <= 0,
    do: IO.iodata_to_binary(parts)

  defp read_body(socket, parts, missing, deadline) do
    with {:ok, more} <- receive_more(socket, deadline),
         do: read_body(socket, [parts, more], missing - byte_size(more), deadline)
  end

  defp receive_more(socket, deadline), do: :gen_tcp.recv(socket, 0, max(deadline - now(), 0))

  defp content_length(head) do
    case Regex.run(~r/^content-length: *(\d+)/im, head) do
      [_, length] -> String.to_integer(length)
      nil -> 0
    end
  end

  @doc """
  Returns the status of a response.

      iex> Roundtrip.Server.Client.status("HTTP/1.1 204 No Content\\r\\n\\r\\n")
      204
  """
  @spec status(binary()) :: 100..999
  def status("HTTP/1." <> <<_version, " ", status::binary-size(3)>> <> _rest),
    do: String.to_integer(status)

  @doc """
  Returns the body of a response.

      iex> Roundtrip.Server.Client.body("HTTP/1.1 200 OK\\r\\n\\r\\nhello")
      "hello"
  """
  @spec body(binary()) :: binary()
  def body(response), do: response |> String.split("\r\n\r\n", parts: 2) |> List.last()

  defp now, do: System.monotonic_time(:millisecond)
end
