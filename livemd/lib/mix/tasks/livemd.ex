defmodule Mix.Tasks.Livemd do
  @shortdoc "Lints and runs .livemd notebooks by Livebook's rules"

  @moduledoc """
  Lints and runs notebooks by Livebook's rules, without Livebook.

      mix livemd [OPTIONS] PATH...

  A path is a `.livemd` file, or a directory whose `.livemd` files are taken. The task prints a line
  a section while it runs, then what failed with file and line, then a summary. It exits with 1 if
  anything failed.

  ## Options

    * `--lint` - only lint, run nothing
    * `--solved` - run each exercise with the solution shown in the place of its stub
    * `--assertions` - the linter asks for an assertion in each section that has cells
    * `--timeout S` - seconds that a cell may take (60)
    * `--help` - print this

  The setup cell is checked against mix.exs: the version, and the dependencies in the project's key
  `:notebook_deps`, or in `:deps` where there is none.
  """

  use Mix.Task

  alias Livemd.{Failure, Linter, Parser, Report, Runner}

  @switches [
    lint: :boolean,
    solved: :boolean,
    assertions: :boolean,
    timeout: :integer,
    help: :boolean
  ]

  @marks [
    {:failed, :red, "FAILED"},
    {:aborted, :red, "aborted"},
    {:waiting, :yellow, "waits"},
    {:skipped, :yellow, "skipped"},
    {:held, :green, "ok"}
  ]

  @impl true
  def run(args) do
    case OptionParser.parse(args, strict: @switches, aliases: [h: :help]) do
      {opts, paths, []} ->
        if opts[:help], do: help(), else: check(paths, opts)

      {_, _, [{option, _} | _]} ->
        Mix.raise("#{option}: no such option, or no such value; #{hint()}")
    end
  end

  defp help, do: Mix.shell().info(@moduledoc)

  defp hint, do: "try `mix livemd --help`"

  defp check([], _opts), do: Mix.raise("no path given; #{hint()}")

  defp check(paths, opts) do
    if opts[:timeout] && opts[:timeout] < 1, do: Mix.raise("--timeout takes seconds, from 1 on")
    paths = Enum.flat_map(paths, &expand/1)
    unless opts[:lint], do: start()
    held = Enum.map(paths, &notebook(&1, opts))
    failed = Enum.count(held, &(not &1))

    if failed > 0 do
      Mix.shell().error("#{failed} of #{count(length(paths), "notebook")} failed")
      exit({:shutdown, 1})
    end
  end

  # What passes here is a solution that was shown, and no progress of whoever runs it.
  defp start do
    System.put_env("ROUNDTRIP_DATA", Path.join(Mix.Project.build_path(), "data"))
    Mix.Task.run("app.start")
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

  # Whether everything held. A notebook that cannot be read is not run; one with problems is.
  defp notebook(path, opts) do
    case Parser.read(path) do
      {:ok, notebook} ->
        Mix.shell().info([:bright, "#{path}: #{notebook.title}", :reset])
        problems = Linter.lint(notebook, linter(opts))
        Enum.each(problems, &problem/1)
        ran? = opts[:lint] || evaluate(notebook, opts)
        problems == [] and ran?

      {:error, problems} ->
        Enum.each(problems, &problem/1)
        false
    end
  end

  defp problem(problem), do: Mix.shell().error(to_string(problem))

  defp linter(opts) do
    config = Mix.Project.config()

    [
      deps: config[:notebook_deps] || config[:deps],
      app: config[:app],
      version: config[:version],
      assertions: opts[:assertions] || false
    ]
  end

  defp evaluate(notebook, opts) do
    solved? = opts[:solved] || false

    report =
      Runner.run(notebook,
        solved: solved?,
        timeout: (opts[:timeout] || 60) * 1000,
        on_section: fn _index, section, results -> section(section, results, solved?) end
      )

    for failure <- report.failures do
      text = Failure.format(failure, notebook, colours: IO.ANSI.enabled?())
      Mix.shell().info(["\n", text])
    end

    Mix.shell().info(["\n", summary(report), "\n"])
    Report.ok?(report)
  end

  defp section(_section, [], _solved?), do: :ok

  defp section(section, results, solved?) do
    {colour, mark} = mark(results, solved?)
    assertions = results |> Enum.map(& &1.assertions) |> Enum.sum()
    time = results |> Enum.map(& &1.time) |> Enum.sum()
    tail = "#{section.name} (#{count(assertions, "assertion")}, #{div(time, 1000)} ms)"
    Mix.shell().info(["  ", colour, String.pad_trailing(mark, 8), :reset, tail])
    for result <- results, warning <- result.warnings, do: Mix.shell().info(["    ", warning])
  end

  # The worst of a section names it.
  defp mark(results, solved?) do
    verdicts = for result <- results, do: Report.verdict(result, solved?)

    Enum.find_value(@marks, fn {verdict, colour, text} ->
      if verdict in verdicts, do: {colour, text}
    end)
  end

  defp summary(report) do
    reasons = report.skipped |> Enum.map(&elem(&1, 1)) |> Enum.uniq()
    skipped = count(length(report.skipped), "cell") <> " skipped"

    Enum.join(
      [
        "#{count(report.assertions, "assertion")} held in #{count(report.assertion_cells, "cell")}",
        count(length(report.waiting), "exercise") <> " waiting",
        if(reasons == [], do: skipped, else: "#{skipped} (#{Enum.join(reasons, ", ")})"),
        count(length(report.failures), "failure"),
        "#{Float.round(report.time / 1_000_000, 1)} s"
      ],
      ", "
    )
  end

  defp count(1, thing), do: "1 #{thing}"
  defp count(number, thing), do: "#{number} #{thing}s"
end
