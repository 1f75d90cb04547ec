defmodule Mix.Tasks.Livemd do
  @shortdoc "Lints and runs .livemd notebooks by Livebook's rules"

  @moduledoc """
  Lints and runs notebooks by Livebook's rules, without Livebook.

      mix livemd [OPTIONS] PATH...

  A path is a `.livemd` file, or a directory that contains such files. The task prints the linter's
  problems, a line for each section that has run, each failure with file and line, and a summary. Its
  exit status is 1 if there is a problem or a failure.

  ## Options

    * `--lint` - lint the notebooks without running them
    * `--solved` - run each exercise with its solution in place of its stub
    * `--assertions` - require an assertion in each section that has cells
    * `--values` - require that a cell, unless it is a check, ends in a value and not in an assertion
    * `--timeout S` - seconds that a cell may take (60)
    * `--help` - print this text

  All setup cells must have the same text as the one of the `index.livemd` beside them, or else of the
  first notebook.

  ## Configuration

  The key `:livemd` of the project in mix.exs may contain:

    * `:toolchains` - modules that implement the behaviour `Livemd.Toolchain`
    * `:env` - a map of environment variables to set before the application starts
  """

  use Mix.Task

  alias Livemd.{Batch, Journal, Linter, Parser, Report, Terminal}

  @switches [
    lint: :boolean,
    solved: :boolean,
    assertions: :boolean,
    values: :boolean,
    timeout: :integer,
    help: :boolean
  ]

  # Cells run in another VM, because a cell may end its VM with exit status 0.
  @impl true
  def run(args) do
    {opts, _paths} = parse(args)
    check = fn -> check(args) end
    in_this_vm? = opts[:lint] || opts[:help]
    status = if in_this_vm?, do: check.(), else: Journal.supervise(["livemd" | args], check)
    if status != 0, do: exit({:shutdown, status})
  end

  @doc "Runs the task with these arguments in this VM, and returns the exit status."
  @spec check([String.t()]) :: 0 | 1
  def check(args) do
    {opts, paths} = parse(args)
    if opts[:help], do: help(), else: check(paths, opts)
  end

  defp parse(args) do
    {opts, paths, invalid} = OptionParser.parse(args, strict: @switches, aliases: [h: :help])
    if invalid != [], do: wrong_usage("#{elem(hd(invalid), 0)}: unknown option, or invalid value")
    if paths == [] and !opts[:help], do: wrong_usage("no path given")

    if Keyword.get(opts, :timeout, 1) < 1,
      do: wrong_usage("--timeout needs a number of seconds, at least 1")

    {opts, Enum.flat_map(paths, &expand/1)}
  end

  @spec wrong_usage(String.t()) :: no_return()
  defp wrong_usage(message), do: Mix.raise("#{message}; try `mix livemd --help`")

  defp help do
    Mix.shell().info(@moduledoc)
    0
  end

  defp check(paths, opts) do
    {notebooks, unread} = read(paths)
    problems = Enum.concat(unread) ++ lint(notebooks, opts)
    for problem <- problems, do: Mix.shell().error(to_string(problem))

    reports = if opts[:lint], do: [], else: run(notebooks, opts)
    failed = for report <- reports, not Report.ok?(report), do: report.notebook.path
    wrong = Enum.uniq(Enum.map(problems, & &1.path) ++ failed)

    if wrong != [] do
      total = Terminal.count(length(paths), "notebook")
      Mix.shell().error("#{length(wrong)} of #{total} failed")
    end

    min(length(wrong), 1)
  end

  defp expand(path) do
    cond do
      File.regular?(path) -> [path]
      File.dir?(path) -> in_directory(path)
      true -> Mix.raise("#{path}: no such file or directory")
    end
  end

  defp in_directory(path) do
    case path |> Path.join("*.livemd") |> Path.wildcard() do
      [] -> Mix.raise("#{path}: no .livemd file in this directory")
      paths -> paths
    end
  end

  # The notebooks that can be read, and the problems of the others.
  defp read(paths) do
    read = Enum.map(paths, &Parser.read/1)
    {for({:ok, notebook} <- read, do: notebook), for({:error, found} <- read, do: found)}
  end

  defp lint(notebooks, opts) do
    beside = for %{path: path} <- notebooks, do: Path.join(Path.dirname(path), "index.livemd")
    {indexes, _unread} = beside |> Enum.uniq() |> read()

    options = [
      setup: List.first(indexes) || Enum.find(notebooks, & &1.setup),
      assertions: opts[:assertions] || false,
      values: opts[:values] || false,
      toolchains: toolchains()
    ]

    Enum.flat_map(notebooks, &Linter.lint(&1, options))
  end

  defp run(notebooks, opts) do
    System.put_env(config()[:env] || %{})
    Mix.Task.run("app.start")

    notebooks
    |> Enum.map(&{&1.path, &1})
    |> Batch.run(
      terminal: Terminal.detect(),
      warnings: true,
      runner: [
        mode: if(opts[:solved], do: :solved, else: :shipped),
        toolchains: toolchains(),
        timeout: (opts[:timeout] || 60) * 1000
      ]
    )
  end

  defp toolchains, do: config()[:toolchains] || []
  defp config, do: Mix.Project.config()[:livemd] || []
end
