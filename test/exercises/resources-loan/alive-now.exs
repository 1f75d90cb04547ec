# Asks whether the borrower is alive, and doesn't monitor it.
lend = fn borrower, name ->
  slot = Native.slot_new()
  Native.slot_put(slot, Native.drop_notifier_new(me, name))

  # If the borrower is dead, the slot is garbage, and the notifier with it.
  if Process.alive?(borrower), do: {:ok, slot}, else: {:error, :noproc}
end
