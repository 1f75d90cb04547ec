# Changes a variable of the method, which is a copy of the field.
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
            let mut balance = self.balance;
            balance += amount;
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
