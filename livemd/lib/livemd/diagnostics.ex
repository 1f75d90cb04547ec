defmodule Livemd.Diagnostics do
  @moduledoc false
  # What the compiler says about a cell. Elixir 1.14 cannot hand it over, and prints it instead.

  @type diagnostic :: %{:message => term(), :severity => atom(), optional(atom()) => term()}

  @spec capture(fun()) :: {term(), [diagnostic()]}
  def capture(fun) do
    if function_exported?(Code, :with_diagnostics, 1) do
      # Called by name, since Elixir 1.14 would warn of a function that it does not have.
      apply(Code, :with_diagnostics, [fun])
    else
      {fun.(), []}
    end
  end

  @doc "Prints one as `file:line: severity: message`."
  @spec format(diagnostic()) :: String.t()
  def format(diagnostic) do
    place =
      case line(diagnostic) do
        nil -> "#{diagnostic[:file]}"
        line -> "#{diagnostic[:file]}:#{line}"
      end

    "#{place}: #{diagnostic.severity}: #{diagnostic.message}"
  end

  @spec line(diagnostic()) :: pos_integer() | nil
  def line(diagnostic) do
    case diagnostic[:position] do
      {line, _column} -> line
      line when is_integer(line) and line > 0 -> line
      _ -> nil
    end
  end
end
