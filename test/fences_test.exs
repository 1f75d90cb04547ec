defmodule Roundtrip.FencesTest do
  # cargo takes both cores, and a lesson that measures must not run beside it.
  use ExUnit.Case, async: false

  alias Roundtrip.RustFences
  import Roundtrip.LessonCase, only: [read: 1]

  @moduletag timeout: 300_000

  test "rustc rejects every fence marked compile_fail, with the code shown" do
    case check_compile_fail(Enum.map(Roundtrip.lessons(), &read/1)) do
      {:ok, rejected} -> assert rejected > 0
      {:error, problems} -> flunk(Enum.map_join(problems, "\n", &to_string/1))
      {:skip, reason} -> flunk(reason)
    end
  end

  defp check_compile_fail(notebooks) do
    RustFences.check_compile_fail(notebooks,
      dir: "_build/fences",
      dependencies: dependencies(),
      lock: "native/Cargo.lock",
      target_dir: "native/target"
    )
  end

  # The versions that the crate is built with.
  defp dependencies do
    [_, dependencies] =
      Regex.run(~r/\[workspace\.dependencies\]\n(.*?)\n\n/s, File.read!("native/Cargo.toml"))

    dependencies
    |> String.replace(~s(path = "), ~s(path = "#{Path.expand("native")}/))
    |> String.replace(~s("derive"), ~s("nif_version_2_15"))
  end
end
