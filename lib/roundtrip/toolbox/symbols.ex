defmodule Roundtrip.Toolbox.Symbols do
  @moduledoc """
  The functions of the VM that a library asks for, and those that the VM has for it.

  The names stand in both files as text, so no tool is needed to read them; `nm -D` says the same.
  Only ELF files are read, which are those of Linux and the BSDs: elsewhere the lists are empty.
  """

  alias Roundtrip.FirstCall.SecondVM

  # Of a name, and the zeros around it.
  @longest 64

  @doc "The names that the course's library asks for."
  @spec asked() :: [String.t()]
  def asked, do: names(library())

  @doc "The names that the program of this VM has."
  @spec offered() :: [String.t()]
  def offered, do: names(program())

  @doc "The path of the course's library, with its extension."
  @spec library() :: Path.t()
  def library do
    [path | _] = Path.wildcard("#{SecondVM.library()}.*")
    path
  end

  defp program do
    Path.join(:code.root_dir(), "erts-#{:erlang.system_info(:version)}/bin/beam.smp")
  end

  defp names(path) do
    case File.read(path) do
      {:ok, <<0x7F, "ELF", _::binary>> = file} -> file |> found() |> Enum.uniq() |> Enum.sort()
      _ -> []
    end
  end

  defp found(file) do
    for {before, _} <- :binary.matches(file, <<0, "enif_">>) do
      length = min(@longest, byte_size(file) - before)
      [_, name | _] = file |> binary_part(before, length) |> :binary.split(<<0>>, [:global])
      name
    end
  end
end
