# raises for what is no integer, and the client gets a 500
defmodule Sums do
  use Roundtrip.Server.Router

  get "/add/:a/:b" do
    sum([params["a"], params["b"]])
  end

  post "/add" do
    sum(String.split(request.body, "\n"))
  end

  defp sum(texts) do
    text("#{texts |> Enum.map(&String.to_integer/1) |> Enum.sum()}")
  end
end
