# Asks for five more after every fifth item, whatever the window is.
collect = fn more, _window ->
  loop = fn loop, items, taken ->
    receive do
      {:item, item} when taken == 4 ->
        more.(5)
        loop.(loop, [item | items], 0)

      {:item, item} ->
        loop.(loop, [item | items], taken + 1)

      :no_more ->
        Enum.reverse(items)
    end
  end

  loop.(loop, [], 0)
end
