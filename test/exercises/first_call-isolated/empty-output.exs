# Empty output is taken for a crash.
isolated = fn script ->
  case SecondVM.run(script) do
    {"", _status} -> {:error, :vm_ended}
    {output, _status} -> {:ok, output}
  end
end
