# sorts the files, and leaves the clock in
bundle = fn path, files ->
  {:ok, tar} = :erl_tar.open(to_charlist(path), [:write, :compressed])

  for {name, content} <- Enum.sort(files) do
    :ok = :erl_tar.add(tar, content, to_charlist(name), [])
  end

  :ok = :erl_tar.close(tar)
end
