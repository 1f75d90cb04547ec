defmodule Roundtrip.Server.FirstVersion.Config do
  @moduledoc "Where the first version listens, and with how many threads."

  defstruct port: 0, pool_size: 2
end
