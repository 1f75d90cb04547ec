# lets `//elsewhere` through
defmodule Redirect do
  use Roundtrip.Server.Router
  alias Roundtrip.Server.{Query, Response}

  get "/to" do
    with {:ok, %{"path" => path}} <- Query.decode(request.query),
         true <- path =~ ~r{\A/[a-z0-9/]+\z}i do
      Response.put_header(Response.empty(302), "location", path)
    else
      _ -> text("not a path", status: 400)
    end
  end
end
