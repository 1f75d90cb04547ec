defmodule Roundtrip.Rust.MappedLibraries do
  @moduledoc false
  # Counts the libraries of cells in this VM's memory, because old versions can stay mapped.

  # The names of loaded files are in the memory map, and this prefix marks those of cells.
  @prefix "roundtrip-cell-"

  # A restart is suggested each time after so many versions.
  @many 20

  @maps "/proc/self/maps"

  @typedoc "A number of libraries, and the bytes of address space that they take."
  @type t :: %{libraries: non_neg_integer(), bytes: non_neg_integer()}

  @doc "Returns how the name of a file begins from which the library of a cell is loaded."
  @spec prefix() :: String.t()
  def prefix, do: @prefix

  @doc "Counts the libraries of cells in a memory map, as `/proc/self/maps` on Linux shows it."
  @spec parse(String.t()) :: t()
  def parse(maps) do
    regions =
      Regex.scan(~r/^([0-9a-f]+)-([0-9a-f]+) .*\/#{@prefix}([^\/\n]*)$/m, maps,
        capture: :all_but_first
      )

    %{
      libraries: regions |> Enum.uniq_by(&List.last/1) |> length(),
      bytes: regions |> Enum.map(&size/1) |> Enum.sum()
    }
  end

  @doc "Counts the libraries of cells in this VM. Both numbers are 0 without `/proc`."
  @spec now() :: t()
  def now do
    case File.read(@maps) do
      {:ok, maps} -> parse(maps)
      {:error, _} -> parse("")
    end
  end

  defp size([from, to, _name]), do: String.to_integer(to, 16) - String.to_integer(from, 16)

  @doc "Counts one more version that was loaded. Returns a line that suggests a restart, if it is time."
  @spec count() :: nil | String.t()
  def count do
    :counters.add(versions(), 1, 1)
    suggestion(:counters.get(versions(), 1), now(), File.exists?(@maps))
  end

  @doc "Returns the line of `count/0` after so many versions. `known?` tells if `/proc` exists."
  @spec suggestion(pos_integer(), t(), boolean()) :: nil | String.t()
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
