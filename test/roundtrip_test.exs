defmodule RoundtripTest do
  use ExUnit.Case, async: true
  doctest Roundtrip
  doctest Roundtrip.Measure
  doctest Roundtrip.Schedulers

  test "the lessons are the notebooks, and the documentation has all of them" do
    notebooks = Enum.map(Roundtrip.lessons(), &Roundtrip.notebook_path/1)
    assert Enum.sort(notebooks) == Enum.sort(Path.wildcard("notebooks/*.livemd"))

    extras = Mix.Project.config()[:docs].()[:extras]
    assert Enum.filter(extras, &String.ends_with?(&1, ".livemd")) == notebooks
  end

  # In a VM of its own: here the library is loaded for good.
  test "the capstone's library is counted once it is loaded, and not loaded for it" do
    count = ~S"""
    %{resources: 0} = Roundtrip.live_counts()
    false = :code.is_loaded(Roundtrip.Server.Native)
    0 = apply(Roundtrip.Server.Native, :live_resources, [])
    %{resources: 0} = Roundtrip.live_counts()
    """

    assert {"", 0} =
             System.cmd("elixir", ["-pa", Mix.Project.compile_path(), "-e", count],
               stderr_to_stdout: true
             )
  end

  test "mix.exs and the crates have one version" do
    assert File.read!("native/Cargo.toml") =~
             ~s(\nversion = "#{Mix.Project.config()[:version]}"\n)
  end

  test "a package without its dependencies is never built" do
    {output, status} =
      System.cmd("mix", ["hex.build"], env: [{"ROUNDTRIP_HEX", "0"}], stderr_to_stdout: true)

    assert status != 0
    assert output =~ "unset it"
  end
end
