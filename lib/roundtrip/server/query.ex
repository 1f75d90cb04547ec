defmodule Roundtrip.Server.Query do
  @moduledoc """
  Decodes what stands behind the `?`, and what stands between the slashes of a path.

  What a client sends may be anything, so a wrong percent sign is a value to match on and no
  exception. Text that is no UTF-8 once decoded is wrong, too: the functions of `String` would
  otherwise raise later, far from here.
  """

  @doc """
  The pairs of a query, with names and values as strings. Of a name that comes twice the last
  value holds; `nil` is the query of a request without a `?`.

      iex> Roundtrip.Server.Query.decode("q=caf%C3%A9+noir&page=2")
      {:ok, %{"q" => "café noir", "page" => "2"}}
      iex> Roundtrip.Server.Query.decode(nil)
      {:ok, %{}}
      iex> Roundtrip.Server.Query.decode("q=100%")
      {:error, :bad_encoding}
  """
  @spec decode(binary() | nil) :: {:ok, %{binary() => binary()}} | {:error, :bad_encoding}
  def decode(nil), do: {:ok, %{}}

  def decode(query) when is_binary(query) do
    query
    |> :binary.split("&", [:global])
    |> Enum.reject(&(&1 == ""))
    |> pairs(%{})
  end

  defp pairs([], decoded), do: {:ok, decoded}

  defp pairs([pair | rest], decoded) do
    with {:ok, name, value} <- pair(:binary.split(pair, "=")),
         do: pairs(rest, Map.put(decoded, name, value))
  end

  defp pair([name]), do: pair([name, ""])

  defp pair([name, value]) do
    with {:ok, name} <- form(name),
         {:ok, value} <- form(value),
         do: {:ok, name, value}
  end

  # In a query, and only there, a plus is a space.
  defp form(text), do: text |> :binary.replace("+", " ", [:global]) |> percent()

  @doc """
  The parts of a path between its slashes. Empty ones are left out, so that `/a/` is `/a`; a slash
  that was sent as `%2F` is part of its name.

      iex> Roundtrip.Server.Query.segments("/users/a%2Fb/")
      {:ok, ["users", "a/b"]}
      iex> Roundtrip.Server.Query.segments("/%zz")
      {:error, :bad_encoding}
  """
  @spec segments(binary()) :: {:ok, [binary()]} | {:error, :bad_encoding}
  def segments(path) when is_binary(path) do
    path
    |> :binary.split("/", [:global])
    |> Enum.reject(&(&1 == ""))
    |> segments([])
  end

  defp segments([], decoded), do: {:ok, Enum.reverse(decoded)}

  defp segments([part | rest], decoded) do
    with {:ok, part} <- percent(part), do: segments(rest, [part | decoded])
  end

  @doc """
  Text whose percent signs each stand for a byte.

      iex> Roundtrip.Server.Query.percent("100%25")
      {:ok, "100%"}
      iex> Roundtrip.Server.Query.percent("%FF")
      {:error, :bad_encoding}
  """
  @spec percent(binary()) :: {:ok, binary()} | {:error, :bad_encoding}
  def percent(text) do
    decoded = if :binary.match(text, "%") == :nomatch, do: text, else: bytes(text, "")

    if decoded != :error and String.valid?(decoded),
      do: {:ok, decoded},
      else: {:error, :bad_encoding}
  end

  defguardp is_hex(digit) when digit in ?0..?9 or digit in ?a..?f or digit in ?A..?F

  defp bytes("", decoded), do: decoded

  defp bytes(<<?%, high, low, rest::binary>>, decoded) when is_hex(high) and is_hex(low),
    do: bytes(rest, decoded <> Base.decode16!(<<high, low>>, case: :mixed))

  defp bytes(<<?%, _rest::binary>>, _decoded), do: :error
  defp bytes(<<byte, rest::binary>>, decoded), do: bytes(rest, <<decoded::binary, byte>>)
end
