defmodule Roundtrip.Rust.CellTest do
  use ExUnit.Case, async: false
  use Roundtrip.RustCase

  alias Livemd.{Parser, Runner}
  alias Roundtrip.Rust.Error

  # Each test has a module of its own: what one leaves must not help another.
  defp nif(body), do: "#[rustler::nif]\n#{body}\n"
  defp times(factor), do: nif("fn times(n: i64) -> i64 { #{factor} * n }")
  defp call(module, name, args), do: apply(module, name, args)

  test "twenty versions in one VM, with a compile error in between" do
    before = Roundtrip.Rust.mapped()

    for version <- 1..20 do
      if version == 10 do
        assert %Error{message: message} = evaluate(Cells.Twenty, times("oops"), times: 1)
        assert message =~ "error[E0425]: cannot find value `oops` in this scope"
        assert message =~ " --> twenty.rs:2:27"
        assert message =~ "the version that was loaded before is gone"
        assert_raise UndefinedFunctionError, fn -> call(Cells.Twenty, :times, [1]) end
      end

      assert {:ok, _} = evaluate(Cells.Twenty, times(version), times: 1)
      assert call(Cells.Twenty, :times, [3]) == 3 * version
    end

    # Plain code leaves nothing: what is mapped is the one version that is loaded.
    left = Roundtrip.Rust.mapped()

    if File.exists?("/proc/self/maps") do
      assert left.libraries == before.libraries + 1
      assert (left.bytes - before.bytes) in 1..1_000_000
    else
      assert left == %{libraries: 0, bytes: 0}
    end
  end

  test "what holds a library: a resource with something to drop, until it is collected" do
    rust = """
    use std::sync::Mutex;
    struct Counter(Mutex<Box<i64>>);
    #[rustler::resource_impl]
    impl rustler::Resource for Counter {}
    #[rustler::nif]
    fn new() -> rustler::ResourceArc<Counter> { rustler::ResourceArc::new(Counter(Mutex::new(Box::new(0)))) }
    #[rustler::nif]
    fn next(counter: rustler::ResourceArc<Counter>) -> i64 {
        let mut count = counter.0.lock().unwrap();
        **count += STEP;
        **count
    }
    """

    stubs = [new: 0, next: 1]
    before = Roundtrip.Rust.mapped().libraries
    assert {:ok, _} = evaluate(Cells.Held, rust <> "const STEP: i64 = 1;\n", stubs)
    {:ok, holder} = Agent.start_link(fn -> call(Cells.Held, :new, []) end)
    assert Agent.get(holder, &call(Cells.Held, :next, [&1])) == 1

    assert {:ok, _} = evaluate(Cells.Held, rust <> "const STEP: i64 = 10;\n", stubs)
    assert call(Cells.Held, :next, [call(Cells.Held, :new, [])]) == 10

    # The handle is of a type that the new version does not know.
    old = Agent.get(holder, & &1)
    assert_raise ArgumentError, fn -> call(Cells.Held, :next, [old]) end

    if File.exists?("/proc/self/maps") do
      assert Roundtrip.Rust.mapped().libraries == before + 2
      Agent.stop(holder)
      # `old` is used no more below, so nothing but the collector stands between.
      wait_until("the old library gone", fn ->
        :erlang.garbage_collect()
        Roundtrip.Rust.mapped().libraries == before + 1
      end)
    end
  end

  test "a thread goes on when its module is evaluated again and when it is gone" do
    rust = """
    use rustler::{Encoder, LocalPid, OwnedEnv};
    #[rustler::nif]
    fn start(pid: LocalPid) -> bool {
        std::thread::spawn(move || {
            let mut env = OwnedEnv::new();
            // Until the process is dead.
            while env.send_and_clear(&pid, |env| VERSION.encode(env)).is_ok() {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        });
        true
    }
    """

    assert {:ok, _} = evaluate(Cells.Threads, rust <> "const VERSION: i64 = 1;", start: 1)
    assert call(Cells.Threads, :start, [self()])
    assert_receive 1, 5_000

    assert {:ok, _} = evaluate(Cells.Threads, rust <> "const VERSION: i64 = 2;", start: 1)
    assert call(Cells.Threads, :start, [self()])
    assert_receive 2, 5_000
    drain(1)
    assert_receive 1, 5_000

    assert %Error{} = evaluate(Cells.Threads, rust <> "const VERSION: i64 = ;", start: 1)
    :erlang.garbage_collect()
    drain(2)
    assert_receive 2, 5_000
    if File.exists?("/proc/self/maps"), do: assert(Roundtrip.Rust.mapped().libraries >= 2)
  end

  test "a library that may have started a thread stays, whatever it has done" do
    before = Roundtrip.Rust.mapped().libraries

    for version <- 1..3 do
      assert {:ok, _} = evaluate(Cells.May, times(version) <> "// a thread, perhaps", times: 1)
    end

    if File.exists?("/proc/self/maps"),
      do: assert(Roundtrip.Rust.mapped().libraries == before + 3)
  end

  defp drain(message) do
    receive do
      ^message -> drain(message)
    after
      0 -> :ok
    end
  end

  test "warnings are shown, and again when nothing is compiled" do
    rust = nif("fn id(n: i64) -> i64 { let unused = 1; n }")

    for _ <- 1..2 do
      text = printed(Cells.Warns, rust, id: 1)
      assert text =~ "warning: unused variable: `unused`"
      assert text =~ " --> warns.rs:2:28"
      refute text =~ "generated 1 warning"
    end

    refute printed(Cells.Warns, nif("fn id(n: i64) -> i64 { n }"), id: 1) =~ "warning"
  end

  test "rustc's text is all there, without cargo's, and coloured where colour shows" do
    rust = "use std::sync::Nothing;\n" <> nif("fn id(n: i64) -> i64 { n + text }")
    %Error{message: message} = evaluate(Cells.Text, rust, id: 1)

    assert message =~ ~r/\Athe Rust of Cells.Text did not compile:\n\nerror/
    assert message =~ "error[E0432]: unresolved import `std::sync::Nothing`"
    assert message =~ "error[E0425]: cannot find value `text` in this scope"
    assert message =~ "--> text.rs:3:28"
    assert message =~ "rustc --explain"
    refute message =~ ~r/could not compile|cell_|\e/

    coloured = Application.get_env(:elixir, :ansi_enabled)
    Application.put_env(:elixir, :ansi_enabled, true)
    on_exit(fn -> Application.put_env(:elixir, :ansi_enabled, coloured) end)
    %Error{message: message} = evaluate(Cells.Text, rust, id: 1)
    assert message =~ "\e["
    refute message =~ "could not compile"
  end

  test "a brace that is not closed is looked for in the reader's own lines" do
    %Error{message: message} =
      evaluate(Cells.Brace, "#[rustler::nif]\nfn id(n: i64) -> i64 { n\n", id: 1)

    assert message =~ "this file contains an unclosed delimiter"
    assert message =~ " --> brace.rs:2:"
    refute message =~ "init!"
  end

  test "a stub that is missing, or of another arity, is named with the line to add" do
    %Error{message: none} = evaluate(Cells.NoStub, times(2), [])
    assert none =~ "the NIF times/1"
    assert none =~ "no function of that name"
    assert none =~ "def times(_arg), do: :erlang.nif_error(:nif_not_loaded)"
    refute :erlang.module_loaded(Cells.NoStub)

    %Error{message: other} = evaluate(Cells.NoStub, times(2), times: 2)
    assert other =~ "the NIF times/1"
    assert other =~ "only times/2"

    assert {:ok, _} = evaluate(Cells.NoStub, times(2), times: 1)
  end

  test "a function in place of a stub is named, once, with what to do" do
    code =
      Cells.OwnBody
      |> cell(times(2), times: 1)
      |> String.replace(":erlang.nif_error(:nif_not_loaded)", "2")

    error = assert_raise Error, fn -> Code.eval_string(code, [], file: "own.exs") end
    assert error.message =~ "defines a function times/1 that isn't a stub"

    assert error.message =~
             "replace the function by:\n\n    def times(_arg), do: :erlang.nif_error"

    refute error.message =~ "only times/1"
  end

  test "a stub without Rust is named" do
    %Error{message: message} = evaluate(Cells.NoRust, times(2), times: 1, half: 1)
    assert message =~ "the stub half/1"
    assert message =~ "is #[rustler::nif] above the function"
    refute :erlang.module_loaded(Cells.NoRust)
  end

  # So it is in a notebook of the terminal, which notes the line of each expression.
  test "a stub without Rust is named, too, when something stands before its error" do
    {before, behind} = {":erlang.nif_error", "(_ = :noted; :erlang.nif_error"}

    code =
      cell(Cells.Noted, times(2), half: 1, times: 1)
      |> String.replace(before, behind)
      |> String.replace("(:nif_not_loaded)", "(:nif_not_loaded))")

    error = assert_raise Error, fn -> Code.eval_string(code) end
    assert error.message =~ "the stub half/1"
  end

  test "nothing of a failed load is logged" do
    log = ExUnit.CaptureLog.capture_log(fn -> %Error{} = evaluate(Cells.Quiet, times(2), []) end)
    assert log == ""
  end

  test "an error has the place of the cell, and no trace of what happens inside" do
    Code.eval_string(cell(Cells.Placed, "nonsense", []), [], file: "cell.exs")
    flunk("it does not compile")
  rescue
    Error ->
      files = for {_, _, _, place} <- __STACKTRACE__, do: to_string(place[:file])
      assert hd(files) == "cell.exs"
      refute Enum.any?(files, &(&1 =~ "roundtrip/rust"))
  end

  test "the source may be any expression" do
    Code.eval_string("""
    defmodule Cells.Computed do
      @factor 6
      use Roundtrip.Rust, source: "#[rustler::nif] fn times(n: i64) -> i64 { \#{@factor} * n }"
      def times(_n), do: :erlang.nif_error(:nif_not_loaded)
      def twice(n), do: times(times(n))
    end
    """)

    assert call(Cells.Computed, :twice, [2]) == 72
  end

  test "what is no source is an ArgumentError" do
    for opts <- ["", ", []", ", source: 1", ~s(, source: " "), ~s(, sauce: "x"), ", :source"] do
      code = "defmodule Cells.NoSource do\n  use Roundtrip.Rust#{opts}\nend"
      assert_raise ArgumentError, ~r/takes the source/, fn -> Code.eval_string(code) end
    end

    assert_raise ArgumentError, ~r/inside a module/, fn ->
      Code.eval_string(~s(use Roundtrip.Rust, source: ""))
    end

    assert %ArgumentError{message: message} =
             evaluate(Cells.NoSource, times(2) <> ~s(rustler::init!("Elixir.Cells.NoSource"\);),
               times: 1
             )

    assert message =~ "it is added"
  end

  test "two cells at once do not disturb each other" do
    tasks =
      for module <- [Cells.Left, Cells.Right], factor = byte_size(inspect(module)) do
        Task.async(fn ->
          for version <- 1..3 do
            {:ok, ^module} = evaluate(module, times(factor * version), times: 1)
            assert call(module, :times, [1]) == factor * version
          end
        end)
      end

    Task.await_many(tasks, 120_000)
  end

  test "in the engine of the notebooks, which takes away what a notebook has defined" do
    for factor <- [2, 3] do
      text =
        "# N\n\n## S\n\n```elixir\n#{cell(Cells.Notebook, times(factor), times: 1)}```\n\n" <>
          "```elixir\nCells.Notebook.times(5)\n```\n"

      {:ok, notebook} = Parser.parse(text, "n.livemd")
      report = Runner.run(notebook, timeout: 120_000)
      assert report.failures == []
      assert List.last(report.cells).value == "#{5 * factor}"
      refute :erlang.module_loaded(Cells.Notebook)
    end
  end

  test "the crates that a cell may use" do
    rust =
      """
      use parking_lot::Mutex;
      use hdrhistogram::Histogram;
      static SEEN: Mutex<Vec<u64>> = Mutex::new(Vec::new());
      """ <>
        nif("""
        fn longest(n: u64) -> u64 {
            SEEN.lock().push(n);
            let mut histogram = Histogram::<u64>::new(3).unwrap();
            for &n in SEEN.lock().iter() { histogram.record(n).unwrap(); }
            histogram.max()
        }
        """)

    assert {:ok, _} = evaluate(Cells.Crates, rust, longest: 1)
    assert Enum.map([3, 9, 4], &call(Cells.Crates, :longest, [&1])) == [3, 9, 9]
  end

  test "what was built or refused once is not given to cargo again" do
    rust = nif("fn id(n: i64) -> i64 { let unused = 1; n }")
    refused = nif("fn id(n: i64) -> i64 { n + absent }")
    first = printed(Cells.Known, rust, id: 1)
    %Error{message: message} = evaluate(Cells.Refused, refused, id: 1)

    # A cargo that builds nothing.
    folder = Path.join(System.tmp_dir!(), "no-cargo-#{System.pid()}")
    on_exit(fn -> File.rm_rf!(folder) end)
    File.mkdir_p!(folder)
    File.write!(Path.join(folder, "cargo"), "#!/bin/sh\necho called; exit 1\n")
    File.chmod!(Path.join(folder, "cargo"), 0o755)
    put_env(%{"PATH" => "#{folder}:#{System.get_env("PATH")}"})

    assert printed(Cells.Known, rust, id: 1) == first
    assert call(Cells.Known, :id, [3]) == 3
    assert %Error{message: ^message} = evaluate(Cells.Refused, refused, id: 1)
    assert %Error{message: other} = evaluate(Cells.Known, rust <> "// another", id: 1)
    assert other =~ "called"
    # That was no error of the source.
    assert %Error{message: ^other} = evaluate(Cells.Known, rust <> "// another", id: 1)
  end

  test "a crate that is not on the list is an ArgumentError that lists them" do
    for crates <- ["[:nom]", "[:rayon, :nom]", ":rayon", ~s(["rayon"])] do
      code = ~s(defmodule Cells.Nom do\n  use Roundtrip.Rust, source: "x", crates: #{crates}\nend)

      assert_raise ArgumentError,
                   ~r/these crates: \[:rayon, :serde, :serde_json, :thiserror, :tokio\]/,
                   fn -> Code.eval_string(code) end
    end
  end

  # The first build of each takes a minute, and a network.
  @tag :slow
  test "the crates that a cell may name" do
    cells = [
      {[:rayon], "use rayon::prelude::*;",
       "fn f(n: i64) -> i64 { (1..=n).into_par_iter().sum() }"},
      {[:serde, :serde_json],
       "#[derive(serde::Serialize, serde::Deserialize)] struct A { b: i64 }",
       """
       fn f(n: i64) -> i64 {
           let text = serde_json::to_string(&A { b: n * 11 / 2 }).unwrap();
           serde_json::from_str::<A>(&text).unwrap().b
       }
       """},
      {[:thiserror], "#[derive(thiserror::Error, Debug)] #[error(\"no {0}\")] struct No(i64);",
       "fn f(n: i64) -> i64 { No(n).to_string().len() as i64 * 0 + 55 }"},
      {[:tokio], "",
       """
       fn f(n: i64) -> i64 {
           let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
           runtime.block_on(async move {
               let (tx, mut rx) = tokio::sync::mpsc::channel(1);
               tokio::spawn(async move {
                   tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                   for i in 1..=n { tx.send(i).await.unwrap(); }
               });
               let mut sum = 0;
               while let Some(i) = rx.recv().await { sum += i; }
               sum
           })
       }
       """}
    ]

    for {crates, items, function} <- cells do
      module = Module.concat(Cells, Macro.camelize("with_#{hd(crates)}"))
      code = cell(module, items <> "\n" <> nif(function), f: 1)
      named = String.replace(code, "source:", "crates: #{inspect(crates)}, source:")
      assert Roundtrip.Rust.prepare(named) == :ok
      # Now its crates are built: only the cell's own is compiled.
      refute ExUnit.CaptureIO.capture_io(fn -> Code.eval_string(named) end) =~ "happens once"
      assert call(module, :f, [10]) == 55
      # A cell that names no crate has none.
      assert_raise Error, fn ->
        Code.eval_string(String.replace(code, inspect(module), "Cells.Without"))
      end
    end
  end

  test "an overflow panics, and the VM lives" do
    assert {:ok, _} = evaluate(Cells.Panics, nif("fn inc(n: i64) -> i64 { n + 1 }"), inc: 1)

    assert_raise ErlangError, ~r/nif_panicked/, fn ->
      call(Cells.Panics, :inc, [0x7FFFFFFFFFFFFFFF])
    end
  end

  test "a path with spaces and umlauts" do
    folder = Path.join(System.tmp_dir!(), "rückwärts und [vorwärts] #{System.pid()}")
    on_exit(fn -> File.rm_rf!(folder) end)

    # What is built already is not built again for this, if its time is kept. In whatever order the
    # tests run, it is there.
    assert Roundtrip.Rust.prepare() == :ok
    {_, 0} = System.cmd("cp", ["-Rp", "_build/cells", folder])
    put_env(%{"ROUNDTRIP_CACHE" => folder})
    assert {:ok, _} = evaluate(Cells.Umlauts, times(7), times: 1)
    assert call(Cells.Umlauts, :times, [1]) == 7
  end
end
