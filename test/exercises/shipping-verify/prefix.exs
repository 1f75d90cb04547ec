# returns what was found with its prefix
verify = fn bytes, name, checksums ->
  found = "sha256:" <> sha256.(bytes)

  case checksums do
    %{^name => ^found} -> :ok
    %{^name => _other} -> {:error, {:mismatch, found}}
    _ -> {:error, :unknown}
  end
end
