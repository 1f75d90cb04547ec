# looks at the names, and takes a link for a file
only? = fn bytes, name ->
  {:ok, names} = :erl_tar.table({:binary, bytes}, [:compressed])
  Enum.map(names, &to_string/1) == [name]
end
