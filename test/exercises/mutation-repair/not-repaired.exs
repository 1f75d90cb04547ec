# wrong: returns the balances that were there before, and leaves the lock poisoned
balances = fn account ->
  with {:error, :poisoned} <- Native.std_account_balances(account) do
    {:ok, %{current: 70, savings: 30}}
  end
end
