defmodule Roundtrip.SearchPath do
  @moduledoc "Changes the environment variable `PATH`, to run the course as readers without Rust do."

  @separator if match?({:win32, _}, :os.type()), do: ";", else: ":"

  @doc "Returns a `PATH` without the folders that hold cargo or rustc, as in bin/prepare.sh."
  @spec without_cargo(String.t()) :: String.t()
  def without_cargo(path) do
    path
    |> String.split(@separator)
    |> Enum.reject(&(Path.wildcard(Path.join(&1, "{cargo,rustc}{,.exe}")) != []))
    |> Enum.join(@separator)
  end
end
