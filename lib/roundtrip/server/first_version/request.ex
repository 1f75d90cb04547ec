defmodule Roundtrip.Server.FirstVersion.Request do
  @moduledoc "A request of the first version. Rust sends a `path` as well, which is one of its faults."

  @enforce_keys [:ref, :method, :headers, :body]
  defstruct [:ref, :method, :headers, :body]
end
