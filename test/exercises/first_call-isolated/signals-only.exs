# Only signals count, and exit is no signal.
isolated = fn script ->
  case SecondVM.run(script) do
    {_output, status} when status > 128 -> {:error, :vm_ended}
    {output, _status} -> {:ok, output}
  end
end
