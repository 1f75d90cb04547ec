# Takes the loan back from the slot before it lends it again.
desk = Native.slot_new()

lend = fn borrower, name ->
  Native.slot_take(desk)
  Native.slot_put(desk, Native.drop_notifier_new(me, name))

  if Native.slot_monitor(desk, borrower) do
    {:ok, desk}
  else
    Native.slot_take(desk)
    {:error, :noproc}
  end
end
