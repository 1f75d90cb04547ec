defmodule Roundtrip.Precompiled.Machine do
  @moduledoc """
  Reads from the first bytes of a library which processor and system it is for.

  `Roundtrip.Precompiled.Archive` checks this before it installs a library. Without the check, loading
  a library for another machine fails with a message from the system's linker, which on glibc says
  that a file is missing.
  """

  @type format :: :elf | :mach_o | :pe

  # The name of a processor, as in a target triple, and its number in each format.
  @processors [
    {"x86_64", elf: 62, mach_o: 0x01000007, pe: 0x8664},
    {"aarch64", elf: 183, mach_o: 0x0100000C, pe: 0xAA64},
    {"arm", elf: 40, pe: 0x01C4},
    {"i686", elf: 3, pe: 0x014C},
    {"riscv64gc", elf: 243}
  ]

  @doc """
  Returns the format of a library and its processor, or the processor's number if we have no name for
  it. Returns `:error` if the bytes are not a library.

      iex> Roundtrip.Precompiled.Machine.read(<<0x7F, "ELF", 2, 1, 0::80, 3::16-little, 183::16-little>>)
      {:ok, {:elf, "aarch64"}}
      iex> Roundtrip.Precompiled.Machine.read("not a library")
      :error
  """
  @spec read(binary()) :: {:ok, {format(), String.t() | non_neg_integer()}} | :error
  def read(library) do
    with {:ok, {format, number}} <- header(library),
         do: {:ok, {format, processor(format, number)}}
  end

  @doc """
  Checks that a library is for a target. The error says what it is for instead.

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
        {:error, "holds a file that is not a library for #{triple}"}
    end
  end

  # A processor that isn't in our table can't be compared, so its libraries are accepted.
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

  # A DLL begins with a header for DOS, which contains the offset of the real header.
  defp header(<<"MZ", _::binary-size(58), at::32-little, _::binary>> = library)
       when byte_size(library) >= at + 6 do
    case binary_part(library, at, 6) do
      <<"PE", 0, 0, machine::16-little>> -> {:ok, {:pe, machine}}
      _ -> :error
    end
  end

  defp header(_), do: :error
end
