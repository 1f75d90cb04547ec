defmodule Roundtrip.Shipping.QuotesTest do
  use ExUnit.Case, async: true

  alias Livemd.{Fence, Notebook}
  alias Roundtrip.LessonCase

  test "what the lesson shows of Cargo.toml stands there" do
    manifest = File.read!("native/nif/Cargo.toml")

    quotes =
      for %Fence{info: "toml"} = fence <- Notebook.shown(LessonCase.read("shipping")),
          do: fence.code

    assert [_ | _] = quotes
    for quoted <- quotes, do: assert(manifest =~ String.trim(quoted))
  end

  test "what the lesson shows of mix.exs stands there" do
    project = File.read!("mix.exs")
    assert project =~ ~S({:rustler_precompiled, "~> 0.8"})
    assert project =~ ~S({:rustler, ">= 0.37.0"})
    assert project =~ Mix.Project.config()[:source_url]
    assert File.read!("notebooks/shipping.livemd") =~ "--repo " <> repository()
  end

  defp repository,
    do: String.replace_prefix(Mix.Project.config()[:source_url], "https://github.com/", "")
end
