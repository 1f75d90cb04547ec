# sets the times, and leaves the order as it is
bundle = fn path, files ->
  {:ok, tar} = :erl_tar.open(to_charlist(path), [:write, :compressed])

  for {name, content} <- files do
    :ok = :erl_tar.add(tar, content, to_charlist(name), mtime: 0, uid: 0, gid: 0)
  end

  :ok = :erl_tar.close(tar)
end
