defmodule Roundtrip.Precompiled.Machine do
  @moduledoc """
  Which machine a library is for, read from its first bytes.

  A library for another machine fails to load with a message of the system's linker, and on glibc
  that one speaks of a missing file. Here it is refused before it is installed, by name.
  """

  @type format :: :elf | :mach_o | :pe

  # The processor, as a triple begins with it, and its number in each format.
  @processors [
    {"x86_64", elf: 62, mach_o: 0x01000007, pe: 0x8664},
    {"aarch64", elf: 183, mach_o: 0x0100000C, pe: 0xAA64},
    {"arm", elf: 40, pe: 0x01C4},
    {"i686", elf: 3, pe: 0x014C},
    {"riscv64gc", elf: 243}
  ]

  @doc """
  The format of a library and the processor that it is for; a number where the processor has no
  name here.

      iex> Roundtrip.Precompiled.Machine.read(<<0x7F, "ELF", 2, 1, 0::80, 3::16-little, 183::16-little>>)
      {:ok, {:elf, "aarch64"}}
      iex> Roundtrip.Precompiled.Machine.read("no library")
      :error
  """
  @spec read(binary()) :: {:ok, {format(), String.t() | non_neg_integer()}} | :error
  def read(library) do
    with {:ok, {format, number}} <- header(library),
         do: {:ok, {format, processor(format, number)}}
  end

  @doc """
  Whether a library is one for a target; the error says what it is.

      iex> library = <<0x7F, "ELF", 2, 1, 0::80, 3::16-little, 183::16-little>>
      iex> Roundtrip.Precompiled.Machine.check(library, "aarch64-unknown-linux-gnu")
      :ok
      iex> Roundtrip.Precompiled.Machine.check(library, "x86_64-unknown-linux-gnu")
      {:error, "holds a library for aarch64 (ELF), not for x86_64-unknown-linux-gnu"}
  """
  @spec check(binary(), String.t()) :: :ok | {:error, String.t()}
  def check(library, triple) do
    case header(library) do
      {:ok, {format, number}} ->
        if format == format(triple) and fits?(triple, format, number),
          do: :ok,
          else: {:error, "holds a library for #{title(format, number)}, not for #{triple}"}

      :error ->
        {:error, "holds a file that is no library for #{triple}"}
    end
  end

  # A processor that has no number here cannot be compared: the linker has the last word.
  defp fits?(triple, format, number) do
    [processor | _] = String.split(triple, "-")

    case List.keyfind(@processors, processor, 0) do
      {_, numbers} -> numbers[format] == number
      nil -> true
    end
  end

  defp title(format, number), do: "#{processor(format, number)} (#{title(format)})"

  defp title(:elf), do: "ELF"
  defp title(:mach_o), do: "Mach-O"
  defp title(:pe), do: "PE"

  defp processor(format, number) do
    Enum.find_value(@processors, number, fn {name, numbers} ->
      if numbers[format] == number, do: name
    end)
  end

  defp format(triple) do
    cond do
      triple =~ "windows" -> :pe
      triple =~ "apple" -> :mach_o
      true -> :elf
    end
  end

  defp header(<<0x7F, "ELF", _class, 1, _::binary-size(12), machine::16-little, _::binary>>),
    do: {:ok, {:elf, machine}}

  defp header(<<0x7F, "ELF", _class, 2, _::binary-size(12), machine::16-big, _::binary>>),
    do: {:ok, {:elf, machine}}

  defp header(<<0xFEEDFACF::32-little, machine::32-little, _::binary>>),
    do: {:ok, {:mach_o, machine}}

  # The first header of a DLL is for DOS, and says where the second one begins.
  defp header(<<"MZ", _::binary-size(58), at::32-little, _::binary>> = library)
       when byte_size(library) >= at + 6 do
    case binary_part(library, at, 6) do
      <<"PE", 0, 0, machine::16-little>> -> {:ok, {:pe, machine}}
      _ -> :error
    end
  end

  defp header(_), do: :error
end
