defmodule Roundtrip.Rust.BatchTest do
  use ExUnit.Case, async: false
  use Roundtrip.RustCase

  alias Roundtrip.Rust.{Build, Crate, Error}
  alias Roundtrip.RustBatch

  defp id(body), do: "#[rustler::nif]\nfn id(n: i64) -> i64 { #{body} }"

  test "many cells are built at once, and those with a message are left to their evaluation" do
    # Each run of the test has sources of its own.
    unique = System.os_time()
    {good, other} = {id("n + 0 * #{unique}"), id("n + 1 + 0 * #{unique}")}
    {warns, fails} = {id("let unused = #{unique}_i64; n"), id("n + absent#{unique}")}

    modules = [{Cells.A, good}, {Cells.B, other}, {Cells.C, warns}, {Cells.D, fails}]
    codes = for {module, rust} <- modules, do: cell(module, rust, id: 1)

    assert RustBatch.build(codes) == 2
    {:ok, folder} = Build.folder()
    known = for {module, rust} <- modules, do: Build.known(Crate.new(module, rust), folder)
    assert [{:ok, %Build{text: ""}}, {:ok, %Build{text: ""}}, nil, nil] = known

    assert {:ok, _} = evaluate(Cells.A, good, id: 1)
    assert apply(Cells.A, :id, [2]) == 2
    assert {:ok, _} = evaluate(Cells.B, other, id: 1)
    assert apply(Cells.B, :id, [2]) == 3
    assert printed(Cells.C, warns, id: 1) =~ "unused variable"
    assert %Error{} = evaluate(Cells.D, fails, id: 1)
    assert RustBatch.build(codes) == 0
  end

  test "crates are found in code, unless their source is computed" do
    code = ~S"""
    if true do
      defmodule A.B do
        use Roundtrip.Rust, crates: [:rayon], source: ~S("\n")
      end
    end

    defmodule C do
      use Roundtrip.Rust, source: "fn c() {}"
      def c, do: 1
    end

    defmodule D do
      use Roundtrip.Rust, source: "fn #{1}() {}"
    end

    defmodule E do
      use Other, source: "e"
    end
    """

    assert [b, c] = RustBatch.crates(code)
    assert {b.module, b.source, b.crates} == {A.B, ~S("\n"), [:rayon]}
    assert {c.module, c.source, c.crates} == {C, "fn c() {}", []}
    assert RustBatch.crates("(") == []
  end
end
