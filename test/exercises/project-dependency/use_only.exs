# Names the crate in Rust only.
shop = %{
  "Cargo.toml" => """
  [workspace]
  resolver = "3"
  members = ["native/*"]
  """,
  "native/prices/Cargo.toml" => """
  [package]
  name = "prices"
  version = "0.1.0"
  edition = "2024"
  """,
  "native/prices/src/lib.rs" => """
  pub fn total(each: u64, count: u64) -> Option<u64> {
      each.checked_mul(count)
  }
  """,
  "native/shop/Cargo.toml" => """
  [package]
  name = "shop"
  version = "0.1.0"
  edition = "2024"

  [lib]
  crate-type = ["cdylib"]
  test = false

  [dependencies]
  rustler = "0.39"
  """,
  "native/shop/src/lib.rs" => """
  use prices::total as multiply;

  #[rustler::nif]
  fn total(each: u64, count: u64) -> Option<u64> {
      multiply(each, count)
  }

  rustler::init!("Elixir.Shop");
  """
}
