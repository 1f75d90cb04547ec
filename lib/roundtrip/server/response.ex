defmodule Roundtrip.Server.Response do
  @moduledoc """
  An HTTP response: a status, headers, and a body of iodata.

      iex> Roundtrip.Server.Response.text("hello")
      %Roundtrip.Server.Response{
        status: 200,
        headers: [{"content-type", "text/plain; charset=utf-8"}],
        body: "hello"
      }

  The struct isn't validated until it is sent. Then `Roundtrip.Server.respond/2` raises for headers
  that are invalid, for example with a line break, and for those that Rust sets itself, such as
  `content-length`. The header `connection` may have the value `close`: the connection is then closed
  after the response.
  """

  import Kernel, except: [send: 2]

  @enforce_keys [:status]
  defstruct [:status, headers: [], body: ""]

  @typedoc "`headers` are sent in this order, and a name may come twice; `body` is sent as it is."
  @type t :: %__MODULE__{status: 200..599, headers: [{binary(), binary()}], body: iodata()}

  @typedoc """
    * `:status` - 200 by default
    * `:headers` - headers after the content type
  """
  @type option :: {:status, 200..599} | {:headers, [{binary(), binary()}]}

  @doc """
  Builds a response of plain text in UTF-8.

      iex> Roundtrip.Server.Response.text("no such user", status: 404).status
      404
  """
  @spec text(iodata(), [option()]) :: t()
  def text(body, opts \\ []), do: send("text/plain; charset=utf-8", body, opts)

  @doc """
  Builds a response of HTML in UTF-8. The body isn't escaped; use `escape/1` for text from a client.

      iex> Roundtrip.Server.Response.html("<p>hello").headers
      [{"content-type", "text/html; charset=utf-8"}]
  """
  @spec html(iodata(), [option()]) :: t()
  def html(body, opts \\ []), do: send("text/html; charset=utf-8", body, opts)

  @doc """
  Escapes text for HTML, in an element or in a quoted attribute.

      iex> Roundtrip.Server.Response.escape(~s(<b title="1">))
      "&lt;b title=&quot;1&quot;&gt;"
  """
  @spec escape(binary()) :: binary()
  def escape(text) do
    for <<byte <- text>>, into: "", do: escape_byte(byte)
  end

  defp escape_byte(?&), do: "&amp;"
  defp escape_byte(?<), do: "&lt;"
  defp escape_byte(?>), do: "&gt;"
  defp escape_byte(?"), do: "&quot;"
  defp escape_byte(?'), do: "&#39;"
  defp escape_byte(byte), do: <<byte>>

  @doc """
  Builds a response of any content type.

      iex> Roundtrip.Server.Response.send("application/octet-stream", [<<0>>, <<255>>]).body
      [<<0>>, <<255>>]
  """
  @spec send(binary(), iodata(), [option()]) :: t()
  def send(content_type, body, opts \\ []) do
    opts = Keyword.validate!(opts, status: 200, headers: [])
    headers = [{"content-type", content_type} | opts[:headers]]
    %__MODULE__{status: opts[:status], headers: headers, body: body}
  end

  @doc """
  Builds a response without headers and body.

      iex> Roundtrip.Server.Response.empty(204)
      %Roundtrip.Server.Response{status: 204, headers: [], body: ""}
  """
  @spec empty(200..599) :: t()
  def empty(status), do: %__MODULE__{status: status}

  @doc """
  Adds a header after the others, and returns the new response.

      iex> Roundtrip.Server.Response.empty(204)
      ...> |> Roundtrip.Server.Response.put_header("allow", "GET, HEAD")
      ...> |> Map.fetch!(:headers)
      [{"allow", "GET, HEAD"}]
  """
  @spec put_header(t(), binary(), binary()) :: t()
  def put_header(%__MODULE__{headers: headers} = response, name, value),
    do: %{response | headers: headers ++ [{name, value}]}
end
