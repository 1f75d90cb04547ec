# Waits for each answer before it asks the next question.
means = fn questions, start ->
  for {total, count} <- questions do
    reference = start.(total, count)
    receive do: ({^reference, mean} -> mean)
  end
end
