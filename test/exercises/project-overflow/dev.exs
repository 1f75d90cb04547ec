# Sets it for the other profile, which checks anyway.
bank = %{
  "Cargo.toml" => """
  [workspace]
  resolver = "3"
  members = ["native/*"]

  [profile.dev]
  overflow-checks = true
  """,
  "native/bank/Cargo.toml" => """
  [package]
  name = "bank"
  version = "0.1.0"
  edition = "2024"
  """,
  "native/bank/src/lib.rs" => """
  pub fn deposit(balance: u32, amount: u32) -> u32 {
      balance + amount
  }

  #[test]
  #[should_panic(expected = "overflow")]
  fn a_balance_never_wraps_around() {
      assert_eq!(deposit(u32::MAX, 2), 1);
  }
  """
}
