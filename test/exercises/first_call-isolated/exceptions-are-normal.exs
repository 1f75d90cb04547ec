# The status 1, which an exception leaves behind, is taken for a normal end.
isolated = fn script ->
  case SecondVM.run(script) do
    {output, status} when status in [0, 1] -> {:ok, output}
    {_output, _status} -> {:error, :vm_ended}
  end
end
