# Names the kind of library that cargo builds anyway, for Rust only.
greeter = %{
  "Cargo.toml" => """
  [package]
  name = "greeter"
  version = "0.1.0"
  edition = "2024"

  [lib]
  crate-type = ["rlib"]

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
