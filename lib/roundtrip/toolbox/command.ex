defmodule Roundtrip.Toolbox.Command do
  @moduledoc """
  Runs a tool that may not be on this machine, and says so in place of failing.
  """

  @typedoc "The name of a program, or of one that cargo holds, such as `\"cargo fmt\"`."
  @type tool :: String.t()

  @typedoc "What the tool printed, standard error included, or that there is no such tool."
  @type answer :: {:ok, String.t()} | {:failed, String.t()} | {:missing, tool()}

  # What the surrounding build sets for itself must not decide what this one does.
  @env [
    {"CARGO_ENCODED_RUSTFLAGS", nil},
    {"CARGO_TARGET_DIR", nil},
    {"CARGO_TERM_COLOR", "never"},
    {"MIX_BUILD_PATH", nil},
    {"MIX_BUILD_ROOT", nil},
    {"MIX_DEPS_PATH", nil},
    {"MIX_EXS", nil},
    {"RUSTFLAGS", nil}
  ]

  @doc """
  Runs the tool with these arguments, in the folder `opts[:cd]` if that is given.

      iex> Roundtrip.Toolbox.Command.run("no-such-tool", [])
      {:missing, "no-such-tool"}
  """
  @spec run(tool(), [String.t()], cd: Path.t()) :: answer()
  def run(tool, args, opts \\ []) do
    if installed?(tool) do
      [program | subcommand] = String.split(tool)
      cmd(program, subcommand ++ args, opts)
    else
      {:missing, tool}
    end
  end

  @doc """
  Whether the tool is there. cargo is asked for its own: it may stand without rustfmt or clippy.

      iex> Roundtrip.Toolbox.Command.installed?("no-such-tool")
      false
  """
  @spec installed?(tool()) :: boolean()
  def installed?(tool) do
    [program | subcommand] = String.split(tool)

    System.find_executable(program) != nil and
      (subcommand == [] or match?({:ok, _}, cmd(program, subcommand ++ ["-h"], [])))
  end

  defp cmd(program, args, opts) do
    case System.cmd(program, args, [stderr_to_stdout: true, env: @env] ++ opts) do
      {text, 0} -> {:ok, text}
      {text, _status} -> {:failed, text}
    end
  end
end
