defmodule Roundtrip.FencesTest do
  # cargo takes both cores, and a lesson that measures must not run beside it.
  use ExUnit.Case, async: false

  alias Livemd.Fences
  import Roundtrip.LessonCase, only: [read: 1]

  @moduletag timeout: 300_000

  test "every fence that must not compile is refused, with the code shown" do
    case refuse(Enum.map(Roundtrip.lessons(), &read/1)) do
      {:ok, refused} -> assert refused > 0
      {:error, problems} -> flunk(Enum.map_join(problems, "\n", &to_string/1))
      {:skip, reason} -> flunk(reason)
    end
  end

  defp refuse(notebooks) do
    Fences.refuse(notebooks,
      dir: "_build/fences",
      dependencies: dependencies(),
      lock: "native/Cargo.lock",
      target_dir: "native/target"
    )
  end

  # The crate's own versions, so that a fence is refused by what the lessons are built with.
  defp dependencies do
    [_, dependencies] =
      Regex.run(~r/\[workspace\.dependencies\]\n(.*?)\n\n/s, File.read!("native/Cargo.toml"))

    dependencies
    |> String.replace(~s(path = "), ~s(path = "#{Path.expand("native")}/))
    |> String.replace(~s("derive"), ~s("nif_version_2_15"))
  end
end
