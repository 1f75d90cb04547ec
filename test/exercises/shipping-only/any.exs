# is content if the file is among the others
only? = fn bytes, name ->
  {:ok, entries} = :erl_tar.table({:binary, bytes}, [:compressed, :verbose])
  Enum.any?(entries, &(to_string(elem(&1, 0)) == name and elem(&1, 1) == :regular))
end
