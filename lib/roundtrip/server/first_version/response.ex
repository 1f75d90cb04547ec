defmodule Roundtrip.Server.FirstVersion.Response do
  @moduledoc "A response of the first version: its body is text."

  defstruct status: 200, headers: [], body: ""
end
