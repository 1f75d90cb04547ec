# Waits for the end of a window, and never asks for more.
collect = fn _more, _window ->
  loop = fn loop, items ->
    receive do
      {:item, item} -> loop.(loop, [item | items])
      :no_more -> Enum.reverse(items)
    end
  end

  loop.(loop, [])
end
