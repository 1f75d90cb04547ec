defmodule Roundtrip.Server.Response do
  @moduledoc """
  A response: a status, headers, and a body of iodata.

      iex> Roundtrip.Server.Response.text("hello")
      %Roundtrip.Server.Response{
        status: 200,
        headers: [{"content-type", "text/plain; charset=utf-8"}],
        body: "hello"
      }

  It is only data, and may say anything. What must not reach the wire, such as a line break in a
  header, is refused by `Roundtrip.Server.respond/2`. So is a header that says how the message is
  framed, such as Content-Length: Rust counts the bytes that it sends.
  """

  import Kernel, except: [send: 2]

  @enforce_keys [:status]
  defstruct [:status, headers: [], body: ""]

  @typedoc "`headers` are sent in this order, and a name may come twice; `body` is sent as it is."
  @type t :: %__MODULE__{status: 200..599, headers: [{binary(), binary()}], body: iodata()}

  @typedoc """
    * `:status` - 200, unless told;
    * `:headers` - what comes after the content type.
  """
  @type option :: {:status, 200..599} | {:headers, [{binary(), binary()}]}

  @doc """
  Plain text in UTF-8.

      iex> Roundtrip.Server.Response.text("no such user", status: 404).status
      404
  """
  @spec text(iodata(), [option()]) :: t()
  def text(body, opts \\ []), do: send("text/plain; charset=utf-8", body, opts)

  @doc """
  HTML in UTF-8. What a client sent is not escaped by this; see `escape/1`.

      iex> Roundtrip.Server.Response.html("<p>hello").headers
      [{"content-type", "text/html; charset=utf-8"}]
  """
  @spec html(iodata(), [option()]) :: t()
  def html(body, opts \\ []), do: send("text/html; charset=utf-8", body, opts)

  @doc """
  Text made safe to stand in HTML, in an element or in a quoted attribute.

      iex> Roundtrip.Server.Response.escape(~s(<b title="1">))
      "&lt;b title=&quot;1&quot;&gt;"
  """
  @spec escape(binary()) :: binary()
  def escape(text) do
    for <<byte <- text>>, into: "", do: entity(byte)
  end

  defp entity(?&), do: "&amp;"
  defp entity(?<), do: "&lt;"
  defp entity(?>), do: "&gt;"
  defp entity(?"), do: "&quot;"
  defp entity(?'), do: "&#39;"
  defp entity(byte), do: <<byte>>

  @doc """
  A body of any content type, such as bytes.

      iex> Roundtrip.Server.Response.send("application/octet-stream", [<<0>>, <<255>>])
      %Roundtrip.Server.Response{
        status: 200,
        headers: [{"content-type", "application/octet-stream"}],
        body: [<<0>>, <<255>>]
      }
  """
  @spec send(binary(), iodata(), [option()]) :: t()
  def send(content_type, body, opts \\ []) do
    opts = Keyword.validate!(opts, status: 200, headers: [])
    headers = [{"content-type", content_type} | opts[:headers]]
    %__MODULE__{status: opts[:status], headers: headers, body: body}
  end

  @doc """
  A status, and nothing else.

      iex> Roundtrip.Server.Response.empty(204)
      %Roundtrip.Server.Response{status: 204, headers: [], body: ""}
  """
  @spec empty(200..599) :: t()
  def empty(status), do: %__MODULE__{status: status}

  @doc """
  One header more, after those that are there.

      iex> Roundtrip.Server.Response.empty(204)
      ...> |> Roundtrip.Server.Response.put_header("allow", "GET, HEAD")
      ...> |> Map.fetch!(:headers)
      [{"allow", "GET, HEAD"}]
  """
  @spec put_header(t(), binary(), binary()) :: t()
  def put_header(%__MODULE__{headers: headers} = response, name, value),
    do: %{response | headers: headers ++ [{name, value}]}
end
