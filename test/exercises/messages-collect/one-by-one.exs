# Asks for one more after each item.
collect = fn more, _window ->
  loop = fn loop, items ->
    receive do
      {:item, item} ->
        more.(1)
        loop.(loop, [item | items])

      :no_more ->
        Enum.reverse(items)
    end
  end

  loop.(loop, [])
end
