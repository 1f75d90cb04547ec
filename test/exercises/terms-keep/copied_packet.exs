# the whole packet is copied, and the view keeps the copy
name_of = fn <<size, _::binary>> = packet ->
  packet |> :binary.copy() |> Native.slice_view(1, size)
end
