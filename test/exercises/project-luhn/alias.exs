# The name in init! is the alias, and not the whole name of the module.
luhn = %{
  "mix.exs" => """
  defmodule Luhn.MixProject do
    use Mix.Project

    def project, do: [app: :luhn, version: "0.1.0"]
  end
  """,
  "lib/luhn.ex" => """
  defmodule Luhn do
    @on_load :load

    @doc false
    def load do
      path = Application.app_dir(:luhn, "priv/native/luhn")
      :erlang.load_nif(String.to_charlist(path), 0)
    end

    def sum(_digits), do: :erlang.nif_error(:nif_not_loaded)
  end
  """,
  "Cargo.toml" => """
  [package]
  name = "luhn"
  version = "0.1.0"
  edition = "2024"

  [lib]
  crate-type = ["cdylib"]

  [dependencies]
  rustler = "0.39"
  """,
  "src/lib.rs" => """
  #[rustler::nif]
  fn sum(digits: Vec<u32>) -> u32 {
      let mut sum = 0;
      for digit in digits {
          let doubled = 2 * digit;
          sum += if doubled > 9 { doubled - 9 } else { doubled };
      }
      sum
  }

  rustler::init!("Luhn");
  """
}
