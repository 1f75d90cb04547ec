# What Rust in a cell costs: `mix run bench/rust/cells.exs`. It builds in a folder of its own, which
# is removed, and fetches crates only if cargo has not got them.

Code.compiler_options(ignore_module_conflict: true)
folder = Path.join(System.tmp_dir!(), "roundtrip-bench-#{System.pid()}")
System.put_env("ROUNDTRIP_CACHE", folder)
System.at_exit(fn _ -> File.rm_rf!(folder) end)

defmodule Bench do
  def seconds(fun), do: fun |> :timer.tc() |> elem(0) |> Kernel./(1_000_000)

  def median(times, fun) do
    for(_ <- 1..times, do: seconds(fun)) |> Enum.sort() |> Enum.at(div(times, 2))
  end

  def evaluate(module, rust) do
    Code.eval_string("""
    defmodule #{inspect(module)} do
      use Roundtrip.Rust, source: #{inspect(rust)}
      def f(_n), do: :erlang.nif_error(:nif_not_loaded)
    end
    """)
  end

  def nif(body), do: "#[rustler::nif]\nfn f(n: i64) -> i64 { #{body} }"
  def unique, do: System.unique_integer([:positive])

  def left(title, body) do
    before = {Roundtrip.Rust.mapped(), memory()}

    for version <- 1..20 do
      evaluate(Left, nif("let version = #{version};#{body} n + version"))

      try do
        apply(Left, :f, [1])
      rescue
        ErlangError -> :panicked
      end
    end

    {libraries, bytes, resident} = difference(before, {Roundtrip.Rust.mapped(), memory()})

    IO.puts(
      "20 versions, #{title}: #{libraries} more libraries, " <>
        "#{div(bytes, 1000)} kB mapped, #{resident} kB of memory"
    )
  end

  defp difference({before, resident}, {now, more}),
    do: {now.libraries - before.libraries, now.bytes - before.bytes, more - resident}

  # Linux alone says it.
  defp memory do
    with {:ok, status} <- File.read("/proc/self/status"),
         [_, kilobytes] <- Regex.run(~r/VmRSS:\s+(\d+)/, status),
         do: String.to_integer(kilobytes),
         else: (_ -> 0)
  end
end

first = Bench.seconds(fn -> :ok = Roundtrip.Rust.prepare() end)
Bench.evaluate(Cell, Bench.nif("n"))
changed = Bench.median(9, fn -> Bench.evaluate(Cell, Bench.nif("n + #{Bench.unique()}")) end)
same = Bench.median(9, fn -> Bench.evaluate(Cell, Bench.nif("n")) end)

[cell | _] = Path.wildcard(Path.join(folder, "rust/*/cells/*"))
target = Path.join(Path.expand("../..", cell), "target")
args = ["build", "--quiet", "--target-dir", target]
nothing = Bench.median(9, fn -> {_, 0} = System.cmd("cargo", args, cd: cell) end)

round = &:erlang.float_to_binary(&1, decimals: 2)
IO.puts("first build: #{round.(first)} s")

IO.puts(
  "a changed cell: #{round.(changed)} s, #{round.(changed / nothing)} times a cargo build that does nothing"
)

IO.puts("the same cell again: #{round.(same)} s")

Bench.left("plain", "")

Bench.left(
  "a channel",
  " let (to, from) = std::sync::mpsc::channel(); to.send(1).unwrap(); from.recv().unwrap();"
)

Bench.left("a thread", " std::thread::spawn(|| ()).join().unwrap();")
Bench.left("a panic", " if n == 1 { panic!(\"on purpose\") }")
