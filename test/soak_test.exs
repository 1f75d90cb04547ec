defmodule Roundtrip.SoakTest do
  # Not async: the whole VM is measured.
  use ExUnit.Case

  doctest Roundtrip.Trend

  alias Mix.Tasks.Roundtrip.Soak

  @steady "assert 1 + 1 == 2"
  # As short as it can be.
  @minutes "0.0001"

  setup do
    folder = Path.join(System.tmp_dir!(), "soak-#{System.unique_integer([:positive])}")
    File.mkdir_p!(folder)
    on_exit(fn -> File.rm_rf!(folder) end)
    %{folder: folder}
  end

  # The driver of sockets keeps up to a megabyte of buffers for the next ones. Until it has them, the
  # binaries of a VM rise.
  setup_all do
    for _ <- 1..10, do: Soak.serve(400)
    :ok
  end

  defp soak(args, folder, codes) do
    course =
      for {code, number} <- Enum.with_index(codes) do
        path = Path.join(folder, "#{number}.livemd")
        cell = "```elixir\nimport ExUnit.Assertions\n#{code}\n```\n"
        File.write!(path, "# A lesson\n\n## A section\n\n" <> cell)
        {"lesson#{number}", path}
      end

    {:ok, output} = StringIO.open("")
    status = Soak.soak(args, course: course, requests: 10, output: output)
    {status, output |> StringIO.contents() |> elem(1)}
  end

  test "nothing rises, and each number has a line", %{folder: folder} do
    {status, printed} = soak([@minutes], folder, [@steady, @steady])
    assert {status, printed} == {0, printed}
    assert printed =~ ~r/ passes: nothing rises\n\z/

    for name <-
          ~w(rss memory binaries processes messages ports files threads resources libraries atoms),
        do: assert(printed =~ ~r/^#{name} +\d+ +\d+ +-?[0-9.]+ +[0-9.]+ +-?[0-9.]+$/m)
  end

  test "a leak in one of the lessons is named, and the exit status is 1", %{folder: folder} do
    leak = ~S|for _ <- 1..150, do: :"soak-#{System.unique_integer()}"|
    {status, printed} = soak([@minutes], folder, [@steady, leak])
    assert {status, printed} == {1, printed}
    assert printed =~ ~r/^atoms .* rises$/m
    assert printed =~ ~r/ passes: .*atoms.* rises\n\z/
  end

  test "a lesson that fails ends the run", %{folder: folder} do
    assert {1, printed} = soak([@minutes, "lesson1"], folder, [@steady, "assert 1 + 1 == 3"])
    assert printed =~ "assert 1 + 1 == 3"
    assert printed =~ "1 rounds in 1 passes: the last lesson failed\n"
  end

  test "--help, and wrong arguments", %{folder: folder} do
    assert {0, usage} = soak(["--help"], folder, [])
    assert usage =~ "mix roundtrip.soak MINUTES"

    for args <- [[], ["soon"], ["0"], ["-1"], ["--bogus"]],
        do: assert({2, _} = soak(args, folder, []))

    assert {2, "There is no lesson nine.\n"} = soak(["1", "nine"], folder, [@steady])
  end
end
