# takes the number at the beginning of a text for the text
defmodule Sums do
  use Roundtrip.Server.Router

  get "/add/:a/:b" do
    sum([params["a"], params["b"]])
  end

  post "/add" do
    sum(String.split(request.body, "\n"))
  end

  defp sum(texts) do
    numbers = for text <- texts, {number, _rest} <- [Integer.parse(text)], do: number

    if length(numbers) == length(texts),
      do: text("#{Enum.sum(numbers)}"),
      else: text("not an integer", status: 400)
  end
end
