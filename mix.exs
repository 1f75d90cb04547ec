defmodule Roundtrip.MixProject do
  use Mix.Project

  @version "0.1.0"
  # The one place that names the repository: links, artifact downloads and docs read it from here.
  @source_url "https://github.com/roundtrip-nif/roundtrip"

  def project do
    [
      app: :roundtrip,
      version: @version,
      elixir: "~> 1.14",
      start_permanent: false,
      deps: deps(),
      source_url: @source_url
    ]
  end

  def application do
    [extra_applications: [:logger, :crypto]]
  end

  defp deps, do: []
end
