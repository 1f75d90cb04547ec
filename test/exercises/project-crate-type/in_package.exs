# The key is in the wrong section, where cargo only warns of it.
greeter = %{
  "Cargo.toml" => """
  [package]
  name = "greeter"
  version = "0.1.0"
  edition = "2024"
  crate-type = ["cdylib"]

    [dependencies]
  rustler = "0.39"
  """,
  "src/lib.rs" => """
  #[rustler::nif]
  fn greet(name: String) -> String {
      format!("Hello, {name}")
  }

  rustler::init!("Elixir.Greeter");
  """
}
