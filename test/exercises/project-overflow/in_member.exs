# The profile is in a member of the workspace, where cargo ignores it.
bank = %{
  "Cargo.toml" => """
  [workspace]
  resolver = "3"
  members = ["native/*"]
  """,
  "native/bank/Cargo.toml" => """
  [package]
  name = "bank"
  version = "0.1.0"
  edition = "2024"

  [profile.release]
  overflow-checks = true
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
