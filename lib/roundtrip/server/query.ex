defmodule Roundtrip.Server.Query do
  @moduledoc """
  Decodes the query and the path of a request.

      iex> Roundtrip.Server.Query.decode("q=caf%C3%A9+noir&page=2")
      {:ok, %{"q" => "café noir", "page" => "2"}}

  A client may send anything, so malformed percent-encoding returns `{:error, :bad_encoding}`. So
  does text that isn't UTF-8 after decoding, because functions of `String` would raise on it later.
  """

  @doc """
  Decodes a query into a map of strings. If a name occurs twice, the last value is used. `nil` is the
  query of a request without a `?`.

      iex> Roundtrip.Server.Query.decode(nil)
      {:ok, %{}}
      iex> Roundtrip.Server.Query.decode("q=100%")
      {:error, :bad_encoding}
  """
  @spec decode(binary() | nil) :: {:ok, %{binary() => binary()}} | {:error, :bad_encoding}
  def decode(nil), do: {:ok, %{}}

  def decode(query) when is_binary(query) do
    parts = :binary.split(query, "&", [:global, :trim_all])
    with {:ok, pairs} <- decode_parts(parts, &decode_pair/1), do: {:ok, Map.new(pairs)}
  end

  defp decode_pair(pair) do
    [name | value] = :binary.split(pair, "=")

    with {:ok, name} <- decode_form(name),
         {:ok, value} <- decode_form(IO.iodata_to_binary(value)),
         do: {:ok, {name, value}}
  end

  # A plus is a space in a query, but not in a path.
  defp decode_form(text), do: text |> :binary.replace("+", " ", [:global]) |> percent_decode()

  @doc """
  Splits a path at its slashes and decodes the segments. `/a/` is the same as `/a`, but any other
  empty segment is kept: a proxy that protects `/a` may not recognize it in `//a`. An encoded slash,
  `%2F`, is part of its segment.

      iex> Roundtrip.Server.Query.segments("/users/a%2Fb/100%25/")
      {:ok, ["users", "a/b", "100%"]}
      iex> Roundtrip.Server.Query.segments("//a")
      {:ok, ["", "a"]}
      iex> for path <- ["/%zz", "/%FF"], do: Roundtrip.Server.Query.segments(path)
      [{:error, :bad_encoding}, {:error, :bad_encoding}]
  """
  @spec segments(binary()) :: {:ok, [binary()]} | {:error, :bad_encoding}
  def segments(path) when is_binary(path) do
    segments = with ["" | segments] <- :binary.split(path, "/", [:global]), do: segments
    segments = if List.last(segments) == "", do: Enum.drop(segments, -1), else: segments
    decode_parts(segments, &percent_decode/1)
  end

  defp decode_parts(parts, decode) do
    decoded = Enum.map(parts, decode)

    if {:error, :bad_encoding} in decoded,
      do: {:error, :bad_encoding},
      else: {:ok, Keyword.values(decoded)}
  end

  defp percent_decode(text) do
    decoded = if :binary.match(text, "%") == :nomatch, do: text, else: decode_bytes(text, "")

    if decoded != :error and String.valid?(decoded),
      do: {:ok, decoded},
      else: {:error, :bad_encoding}
  end

  defguardp is_hex(digit) when digit in ?0..?9 or digit in ?a..?f or digit in ?A..?F

  defp decode_bytes("", decoded), do: decoded

  defp decode_bytes(<<?%, high, low, rest::binary>>, decoded) when is_hex(high) and is_hex(low),
    do: decode_bytes(rest, decoded <> Base.decode16!(<<high, low>>, case: :mixed))

  defp decode_bytes(<<?%, _rest::binary>>, _decoded), do: :error

  defp decode_bytes(<<byte, rest::binary>>, decoded),
    do: decode_bytes(rest, <<decoded::binary, byte>>)
end
