# Takes the answers in the order in which they come.
means = fn questions, start ->
  references = for {total, count} <- questions, do: start.(total, count)

  for _reference <- references do
    receive do: ({_reference, mean} -> mean)
  end
end
