# Divides by itself, and asks nobody.
means = fn questions, _start ->
  for {total, count} <- questions, do: if(count != 0, do: div(total, count))
end
