# Assumes the balance of the example instead of adding to the one that is there.
defmodule Account do
  use Roundtrip.Rust,
    source: """
    use rustler::NifMap;

    #[derive(NifMap)]
    struct Account {
        owner: String,
        balance: i64,
    }

    impl Account {
        fn add(&mut self, amount: i64) {
            self.balance = 100 + amount;
        }
    }

    #[rustler::nif]
    fn deposit(account: Account, amount: i64) -> Account {
        let mut account = account;
        account.add(amount);
        account
    }
    """

  def deposit(_account, _amount), do: :erlang.nif_error(:nif_not_loaded)
end
