defmodule Roundtrip.Toolbox.Symbols do
  @moduledoc """
  Lists the functions of the VM that the course's library requires, and those that the VM provides.

      # Every function that the library needs is in the VM.
      Roundtrip.Toolbox.Symbols.required() -- Roundtrip.Toolbox.Symbols.provided()
      #=> []

  Both files contain the names as text, so they can be read without a tool; `nm -D` lists the same
  names. Only ELF files are read, the format of Linux and the BSDs: on other systems the lists are
  empty.
  """

  alias Roundtrip.FirstCall.SecondVM

  # No name is longer than this, together with the zero byte on either side.
  @max_length 64

  @doc "Returns the names of the VM's functions that the course's library calls."
  @spec required() :: [String.t()]
  def required, do: names(library())

  @doc "Returns the names of the functions that the running VM's program has for libraries."
  @spec provided() :: [String.t()]
  def provided, do: names(vm_program())

  @doc "Returns the path of the course's library, with its extension."
  @spec library() :: Path.t()
  def library do
    [path | _] = Path.wildcard("#{SecondVM.library()}.*")
    path
  end

  defp vm_program do
    Path.join(:code.root_dir(), "erts-#{:erlang.system_info(:version)}/bin/beam.smp")
  end

  defp names(path) do
    case File.read(path) do
      {:ok, <<0x7F, "ELF", _::binary>> = elf} -> elf |> enif_names() |> Enum.uniq() |> Enum.sort()
      _ -> []
    end
  end

  defp enif_names(elf) do
    for {start, _} <- :binary.matches(elf, <<0, "enif_">>) do
      length = min(@max_length, byte_size(elf) - start)
      [_, name | _] = elf |> binary_part(start, length) |> :binary.split(<<0>>, [:global])
      name
    end
  end
end
