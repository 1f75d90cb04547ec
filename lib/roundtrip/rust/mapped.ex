defmodule Roundtrip.Rust.Mapped do
  @moduledoc false
  # What versions of cells leave behind in this VM.

  # By it the map of the VM's memory shows what is a cell's.
  @prefix "roundtrip-cell-"

  # Versions in one VM after which, and after as many more, a restart is suggested.
  @many 20

  @maps "/proc/self/maps"

  @doc "How the file begins from which a library is loaded."
  @spec prefix() :: String.t()
  def prefix, do: @prefix

  @doc "The libraries of cells in a map as Linux writes it, and the bytes of address space they take."
  @spec read(String.t()) :: %{libraries: non_neg_integer(), bytes: non_neg_integer()}
  def read(maps) do
    regions =
      Regex.scan(~r/^([0-9a-f]+)-([0-9a-f]+) .*\/#{@prefix}([^\/\n]*)$/m, maps,
        capture: :all_but_first
      )

    %{
      libraries: regions |> Enum.uniq_by(&List.last/1) |> length(),
      bytes: regions |> Enum.map(&size/1) |> Enum.sum()
    }
  end

  @doc "`read/1` for this VM; zeroes where there is no `/proc`."
  @spec now() :: %{libraries: non_neg_integer(), bytes: non_neg_integer()}
  def now do
    case File.read(@maps) do
      {:ok, maps} -> read(maps)
      {:error, _} -> read("")
    end
  end

  defp size([from, to, _name]), do: String.to_integer(to, 16) - String.to_integer(from, 16)

  @doc "Counts a version; every now and then it gives a line that suggests a restart."
  @spec count() :: nil | String.t()
  def count do
    :counters.add(versions(), 1, 1)
    suggestion(:counters.get(versions(), 1), now(), File.exists?(@maps))
  end

  @doc "What `count/0` gives after that many versions."
  @spec suggestion(pos_integer(), map(), boolean()) :: nil | String.t()
  def suggestion(versions, _mapped, _known?) when rem(versions, @many) != 0, do: nil
  def suggestion(_versions, %{libraries: few}, true) when few < @many, do: nil

  def suggestion(versions, mapped, known?) do
    stay = if known?, do: ", #{mapped.libraries} are still mapped (#{megabytes(mapped.bytes)} MB)"

    "#{versions} versions of cells were loaded since this VM started#{stay}: " <>
      "a restart frees what they hold."
  end

  defp megabytes(bytes), do: Float.round(bytes / 1_000_000, 1)

  defp versions do
    key = {__MODULE__, :versions}

    with nil <- :persistent_term.get(key, nil) do
      :persistent_term.put(key, :counters.new(1, []))
      :persistent_term.get(key)
    end
  end
end
