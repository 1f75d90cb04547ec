# accepts an archive that the map does not know
verify = fn bytes, name, checksums ->
  found = sha256.(bytes)

  case checksums do
    %{^name => "sha256:" <> ^found} -> :ok
    %{^name => _other} -> {:error, {:mismatch, found}}
    _ -> :ok
  end
end
