defmodule Roundtrip.Toolbox.Command do
  @moduledoc """
  Runs a command-line tool, or reports that it isn't installed.

      iex> Roundtrip.Toolbox.Command.run("no-such-tool", [])
      {:missing, "no-such-tool"}
  """

  @typedoc "The name of a program, or of a cargo subcommand such as `\"cargo fmt\"`."
  @type tool :: String.t()

  @typedoc "The tool's output with standard error, if it succeeded or failed; or its name."
  @type result :: {:ok, String.t()} | {:failed, String.t()} | {:missing, tool()}

  # The environment of the surrounding build must not change what the tool does.
  @env [
    {"CARGO_ENCODED_RUSTFLAGS", nil},
    {"CARGO_TARGET_DIR", nil},
    {"CARGO_TERM_COLOR", "never"},
    {"MIX_BUILD_PATH", nil},
    {"MIX_BUILD_ROOT", nil},
    {"MIX_DEPS_PATH", nil},
    {"MIX_ENV", nil},
    {"MIX_EXS", nil},
    {"RUSTFLAGS", nil}
  ]

  @doc """
  Runs the tool with these arguments, in the folder `opts[:cd]` if that is given, with the variables
  `opts[:env]`.
  """
  @spec run(tool(), [String.t()], cd: Path.t(), env: [{String.t(), String.t()}]) :: result()
  def run(tool, args, opts \\ []) do
    if installed?(tool) do
      [program | subcommand] = String.split(tool)
      cmd(program, subcommand ++ args, opts)
    else
      {:missing, tool}
    end
  end

  @doc """
  Returns whether the tool is installed. A cargo subcommand is run with `-h`, because cargo may be
  installed without rustfmt or clippy.

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
    {env, opts} = Keyword.pop(opts, :env, [])

    case System.cmd(program, args, [stderr_to_stdout: true, env: @env ++ env] ++ opts) do
      {text, 0} -> {:ok, text}
      {text, _status} -> {:failed, text}
    end
  end
end
