# leaves out what is no integer
defmodule Sums do
  use Roundtrip.Server.Router

  get "/add/:a/:b" do
    sum([params["a"], params["b"]])
  end

  post "/add" do
    sum(String.split(request.body, "\n"))
  end

  defp sum(texts) do
    numbers = for text <- texts, {number, ""} <- [Integer.parse(text)], do: number

    text("#{Enum.sum(numbers)}")
  end
end
