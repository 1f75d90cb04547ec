defmodule Livemd.Practice.Crash do
  @moduledoc false
  # Native code may end the VM while an exercise is checked. These files in a folder tell the program that
  # has started the VM, and the VM that it starts then:
  #
  #   * `attempt` - the name of the exercise whose file was evaluated last: it may have started a thread;
  #   * `stderr` - where the program appends the VM's standard error;
  #   * `status` - the exit status of the VM, written by the program.

  @enforce_keys [:exercise, :status, :text]
  defstruct @enforce_keys

  # The shell's own report of a signal, which the reader's code did not print.
  @shell ~r/^\S+: line \d+: +\d+ .*\n?/m

  @doc "Returns how the VM before this one ended, or `nil`."
  def last(nil), do: nil

  def last(folder) do
    with {:ok, exercise} <- File.read(Path.join(folder, "attempt")) do
      File.rm(Path.join(folder, "attempt"))
      status = with {:ok, text} <- File.read(Path.join(folder, "status")), do: String.trim(text)
      text = folder |> stderr() |> String.replace(@shell, "")
      %__MODULE__{exercise: exercise, status: status, text: text}
    else
      {:error, _no_attempt} -> nil
    end
  end

  @doc "Calls a function that checks an exercise. Returns its result, and what the VM wrote to standard error."
  def during(nil, _exercise, fun), do: {fun.(), ""}

  def during(folder, exercise, fun) do
    clear(folder)
    File.write!(Path.join(folder, "attempt"), exercise)
    result = fun.()
    text = stderr(folder)
    clear(folder)
    {result, text}
  end

  @doc "Forgets the exercise, before other code runs."
  def forget(nil), do: :ok

  def forget(folder) do
    File.rm(Path.join(folder, "attempt"))
    clear(folder)
  end

  defp clear(folder), do: File.write!(Path.join(folder, "stderr"), "")

  # A panic begins with an empty line.
  defp stderr(folder) do
    case File.read(Path.join(folder, "stderr")) do
      {:ok, text} -> text |> printable() |> String.trim("\n")
      {:error, _} -> ""
    end
  end

  defp printable(text) do
    if String.valid?(text), do: text, else: :unicode.characters_to_binary(text, :latin1)
  end
end
