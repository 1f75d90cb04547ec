defmodule Roundtrip.Fuzz do
  @max_gib 2

  @moduledoc """
  Calls every exported NIF with random terms, in a VM whose end is the verdict.

      {:ok, counts} = Roundtrip.Fuzz.run(seed: 1, calls: 300, milliseconds: 20)

  The VM lists its NIFs, `@spec` says what is valid for each, and a NIF is in order if

    * the VM doesn't end, and takes no more than #{@max_gib} GiB of memory
    * each call returns, and none of a normal NIF holds its scheduler for 50 ms or more in two of three
      runs, unless `@doc blocks: "reason"` announces it
    * Rust panics only in calls, where it is an exception, unless `@doc panics: "reason"` announces it
    * all threads and resources are gone when the calling process is

  Calls are made in batches, whose seeds are logged ahead. If the VM ends, the last batch runs again,
  with each call logged ahead.
  """

  alias Roundtrip.ChildVM

  # A batch that runs again must not end earlier than before.
  @replay 60_000

  @typedoc "How often each NIF was called, and how often with which outcome, as `\"returned=3\"`."
  @type counts :: [{String.t(), keyword(non_neg_integer())}]

  @doc """
  Runs with these options: `:seed`, `:calls` of each NIF, `:milliseconds` for each NIF, and `:only` for
  one NIF, such as `"add/2"`. Returns the counts, or a text that says what went wrong.
  """
  @spec run(keyword()) :: {:ok, counts()} | {:error, String.t()}
  def run(options) do
    options = Map.merge(%{only: nil, replay: nil}, Map.new(options))

    case start(options) do
      {0, log, _stderr} -> verdict(log, options)
      {status, log, stderr} -> {:error, crash(status, log, stderr, options)}
    end
  end

  defp start(options) do
    folder =
      Path.join(
        System.tmp_dir!(),
        "roundtrip-fuzz-#{System.unique_integer([:positive])}-#{System.pid()}"
      )

    File.mkdir_p!(folder)
    files = %{log: Path.join(folder, "log"), stderr: Path.join(folder, "stderr")}
    code = "Roundtrip.Fuzz.Child.run(#{inspect(Map.merge(options, files))})"
    # Each NIF may take its time, some more for threads that end late, and some on a busy machine.
    timeout = 60_000 + if(options.replay, do: @replay, else: 2_000 * options.milliseconds)
    status = ChildVM.run(code, timeout, stderr: files.stderr, max_bytes: @max_gib * 1_073_741_824)
    [log, stderr] = for file <- [files.log, files.stderr], do: read(file)
    File.rm_rf!(folder)
    {status, String.split(log, "\n", trim: true), stderr}
  end

  defp read(file), do: with({:ok, text} <- File.read(file), do: text, else: (_ -> ""))

  defp verdict(log, options) do
    faults = faults(log)

    if faults == [],
      do: {:ok, counts(log)},
      else: {:error, Enum.join([seed(options) | faults] ++ [calls(log)], "\n")}
  end

  defp faults(log), do: for("fault " <> text <- log, do: text)

  defp counts(log) do
    for "done " <> text <- log do
      [nif | counts] = String.split(text)

      {nif,
       for(
         count <- counts,
         [name, n] = String.split(count, "="),
         do: {String.to_atom(name), String.to_integer(n)}
       )}
    end
  end

  defp calls(log) do
    numbers = for {_nif, counts} <- counts(log), {_outcome, count} <- counts, do: count
    "#{Enum.sum(numbers)} calls in all"
  end

  defp seed(options), do: "seed #{options.seed}, #{options.calls} calls of each NIF"

  defp crash(status, log, stderr, options) do
    last = log |> Enum.filter(&String.starts_with?(&1, "batch ")) |> List.last("batch none start")
    ["batch", nif, batch] = String.split(last)

    """
    #{Enum.join([seed(options) | faults(log)], "\n")}
    The VM #{ended(status)} in #{nif}, batch #{batch}
    #{if options.replay == nil, do: replay(nif, batch, options), else: List.last(log)}
    #{String.slice(stderr, -2_000, 2_000) || stderr}
    """
  end

  defp replay(nif, batch, options) do
    with {seed, ""} <- Integer.parse(batch),
         {status, log, stderr} when status != 0 <-
           start(%{options | only: nif, replay: seed, milliseconds: @replay}) do
      "The batch alone: the VM #{ended(status)} after\n#{List.last(log)}\n#{stderr}"
    else
      :error -> "It was not yet known which resources each NIF accepts."
      {0, _log, _stderr} -> "The batch alone doesn't end it."
    end
  end

  defp ended(:killed), do: "didn't end in time"
  defp ended(:too_large), do: "took more than #{@max_gib} GiB"
  defp ended(status), do: "ended with exit status #{status}"
end
