# The path begins in the wrong folder.
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
  prices = { path = "native/prices" }
  rustler = "0.39"
  """,
  "native/shop/src/lib.rs" => """
  #[rustler::nif]
  fn total(each: u64, count: u64) -> Option<u64> {
      prices::total(each, count)
  }

  rustler::init!("Elixir.Shop");
  """
}
