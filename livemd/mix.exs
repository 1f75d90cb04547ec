defmodule Livemd.MixProject do
  use Mix.Project

  def project do
    [
      app: :livemd,
      version: "0.1.0",
      elixir: "~> 1.14",
      elixirc_paths: if(Mix.env() == :test, do: ["lib", "test/support"], else: ["lib"]),
      description: "Reads, lints, runs, shows and watches Livebook notebooks, without Livebook"
    ]
  end

  def application do
    [extra_applications: [:logger, :ex_unit, :mix]]
  end
end
