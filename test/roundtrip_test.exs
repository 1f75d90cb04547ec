defmodule RoundtripTest do
  use ExUnit.Case, async: true
  doctest Roundtrip
  doctest Roundtrip.Measure
  doctest Roundtrip.Schedulers

  test "the lessons are the notebooks" do
    notebooks =
      for path <- Path.wildcard("notebooks/*.livemd"), do: Path.basename(path, ".livemd")

    compare("`@lessons` in lib/roundtrip/course.ex", Enum.sort(Roundtrip.lessons()), notebooks)
  end

  test "the documentation, the README and the index list all lessons, in order" do
    extras = Enum.join(Mix.Project.config()[:docs].()[:extras], "\n")
    lessons = Roundtrip.lessons()

    compare("`@lessons` in mix.exs", names(~r"^notebooks/(\w+)\.livemd$"m, extras), lessons)

    for {path, row, expected} <- [
          {"README.md", ~r"^\| \[\w+\]\(notebooks/(\w+)\.livemd\) \|"m, lessons},
          {"notebooks/index.livemd", ~r"^\| \[[^\]]+\]\((\w+)\.livemd\) +\|"m,
           lessons -- ["index"]}
        ] do
      compare("the table of lessons in #{path}", names(row, File.read!(path)), expected)
    end
  end

  defp names(pattern, text),
    do: pattern |> Regex.scan(text, capture: :all_but_first) |> List.flatten()

  defp compare(place, listed, expected) do
    assert expected -- listed == [], "add to #{place}: #{inspect(expected -- listed)}"

    assert listed -- expected == [],
           "#{place} has no such lessons: #{inspect(listed -- expected)}"

    assert listed == expected, "put #{place} into the order of lib/roundtrip/course.ex"
  end

  # ExDoc itself isn't needed for this, so it is tested without Hex too.
  test "in the documentation every module is in the right group" do
    docs = Mix.Project.config()[:docs].()
    groups = Enum.group_by(documented_modules(docs), &group(&1, docs[:groups_for_modules]))

    assert Map.get(groups, nil, []) == [],
           "#{inspect(groups[nil])} belongs to no group of `groups_for_modules` in mix.exs"

    assert Enum.sort(Map.keys(groups)) == Enum.sort(Keyword.keys(docs[:groups_for_modules]))
    assert Roundtrip.Server.Router in groups[:"The HTTP server"]
    assert Roundtrip.Server in groups[:"The HTTP server"]
    assert Roundtrip.Messages.Reporter in groups[:Lessons]
    assert groups[:"The course"] == [Roundtrip, Roundtrip.Native]
  end

  # The modules that ExDoc shows: those of lib/ that have a `@moduledoc`.
  defp documented_modules(docs) do
    for module <- Enum.sort(Application.spec(:roundtrip, :modules)),
        docs[:filter_modules].(module, %{}),
        not Keyword.has_key?(module.module_info(:exports), :__impl__),
        source = Path.relative_to_cwd(module.module_info(:compile)[:source]),
        String.starts_with?(source, "lib/"),
        {:docs_v1, _, _, _, doc, _, _} = Code.fetch_docs(module),
        doc != :hidden,
        do: module
  end

  # As ExDoc does it: the first group with a pattern that matches.
  defp group(module, groups) do
    Enum.find_value(groups, fn {group, patterns} ->
      if Enum.any?(patterns, &matches?(&1, module)), do: group
    end)
  end

  defp matches?(%Regex{} = pattern, module), do: inspect(module) =~ pattern
  defp matches?(name, module), do: name == module

  # In a VM of its own: here the library is loaded for good.
  test "live_counts/0 includes the server's library if it is loaded, and doesn't load it" do
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

  test "mix hex.build fails without Hex, which would leave out the dependencies" do
    {output, status} =
      System.cmd("mix", ["hex.build"], env: [{"ROUNDTRIP_HEX", "0"}], stderr_to_stdout: true)

    assert status != 0
    assert output =~ "unset it"
  end
end
