defmodule Livemd.Log do
  @moduledoc false
  # What a notebook's processes log belongs to the cell's output, as in Livebook, and not to the
  # terminal. The handlers keep the filter: it lets everything else pass.

  alias Livemd.Output

  @spec capture() :: :ok
  def capture do
    # Elixir 1.14 has a handler of its own in the place of :default.
    for handler <- [:default, Logger] do
      :logger.add_handler_filter(handler, __MODULE__, {&__MODULE__.filter/2, []})
    end

    :ok
  end

  @doc false
  def filter(%{meta: %{gl: leader}} = event, _) do
    if Output.leader?(leader) do
      unless report?(event), do: Output.write(leader, text(event))
      :stop
    else
      :ignore
    end
  end

  def filter(_event, _), do: :ignore

  # What OTP reports of a process beside its last words, and Logger leaves out unless asked.
  defp report?(%{meta: meta}), do: match?(%{domain: [:otp, :sasl | _]}, meta)

  defp text(event) do
    :logger_formatter.format(event, %{
      template: ["[", :level, "] ", :msg, "\n"],
      single_line: false
    })
  end
end
