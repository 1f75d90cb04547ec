defmodule Roundtrip.Resources.BenchTest do
  use ExUnit.Case, async: true

  @script "bench/resources/run"

  headers =
    Path.wildcard("#{:code.root_dir()}/usr/include/erl_nif.h") ++
      Path.wildcard("#{:code.root_dir()}/erts-*/include/erl_nif.h")

  missing =
    cond do
      System.find_executable("cc") == nil -> "there is no C compiler (cc)"
      headers == [] -> "there is no erl_nif.h under #{:code.root_dir()}"
      true -> nil
    end

  if missing do
    IO.puts("#{@script} is not run: #{missing}")
    @tag skip: missing
  end

  test "the resource in C is dropped as the notebook says" do
    {output, status} = System.cmd(Path.expand(@script), [], stderr_to_stdout: true)
    assert status == 0, output
    assert File.read!("notebooks/resources.livemd") =~ "$ #{@script}\n#{output}"
  end

  test "a missing tool is named" do
    {output, status} =
      System.cmd(Path.expand(@script), [],
        env: [{"CC", "no-such-compiler"}],
        stderr_to_stdout: true
      )

    assert status == 2
    assert output =~ "no C compiler: no-such-compiler is not on the PATH"
  end
end
