defmodule Mix.Tasks.Roundtrip.Soak do
  @shortdoc "Runs the lessons and the server again and again, and fails if the VM grows"

  @megabyte 1_048_576
  # How much each number may rise with each pass over the lessons. With each pass, `terms` shows that a
  # hundred new atoms are never freed. Over its first passes the resident memory rises by 1 to 4 MB each,
  # while the VM's own count stays level; a leak of 40 kB a connection makes it rise by 15 MB.
  @limits [
    rss: 8 * @megabyte,
    memory: div(@megabyte, 4),
    binaries: div(@megabyte, 16),
    processes: 0.5,
    messages: 0.5,
    ports: 0.5,
    files: 0.5,
    threads: 0.5,
    resources: 0.5,
    libraries: 0.5,
    atoms: 100.5
  ]

  # In standard deviations: one false alarm in 700 for a number that rises and falls by chance.
  @certain 3.0
  # Less could not tell a rise from chance. The first pass isn't counted: it fills caches and loads code.
  @passes 4
  @rounds 20

  @toolchains Mix.Project.config()[:livemd][:toolchains]

  @requests 400
  @clients 8

  @usage """
      mix roundtrip.soak MINUTES [LESSON...]   runs all lessons, or these
      mix roundtrip.soak --help                prints this text

  A round is a lesson with its solutions, but without the Rust in its cells, and then #{@requests} requests to
  a server that is started and stopped. After each round, the task counts what the VM holds. The first
  pass over the lessons is a warm-up.

  A number fails if it rises with each pass by more than its limit, with a certainty of #{@certain} standard
  deviations. That is measured by the seasonal Kendall test, which compares rounds of the same lesson.

  It takes #{@passes} passes and #{@rounds} rounds even if there was no time for them. The exit status is 1 if a
  number or a lesson fails.
  """
  @moduledoc "#{@shortdoc}.\n\n#{@usage}"

  use Mix.Task

  alias Livemd.{Failure, Parser, Runner, Terminal}
  alias Roundtrip.{Course, Footprint, SearchPath, Server, Trend}
  alias Roundtrip.Rust.MappedLibraries
  alias Roundtrip.Server.Client

  defmodule Handler do
    @moduledoc false
    use Roundtrip.Server.Router

    get("/", do: text("ok"))
    post("/echo", do: text(request.body))
    any("/forget", do: :later)
  end

  @impl Mix.Task
  def run(args) do
    # Solutions that pass here are nobody's progress in the course.
    System.put_env("ROUNDTRIP_DATA", Path.expand("_build/soak"))

    # A cell's library whose Rust may still run on a thread stays in memory for good, so that each pass
    # over the lessons would add dozens, which would hide any other growth.
    System.put_env("PATH", SearchPath.without_cargo(System.get_env("PATH")))
    Mix.Task.run("app.start")

    case soak(args, terminal: Terminal.detect()) do
      0 -> :ok
      status -> exit({:shutdown, status})
    end
  end

  @doc """
  Runs the task with these arguments and returns the exit status.

  The options are `:terminal`, a `Livemd.Terminal` or `nil` for a pipe, and for tests `:course`, a list
  of `{lesson, path}`, `:requests`, the number in each round, and `:output`, a device.
  """
  @spec soak([String.t()], keyword()) :: non_neg_integer()
  def soak(args, options) do
    terminal = Terminal.open(options)
    course = Keyword.get_lazy(options, :course, &Course.notebooks/0)

    case OptionParser.parse(args, strict: [help: :boolean], aliases: [h: :help]) do
      {[], [minutes | lessons], []} ->
        soak(Float.parse(minutes), lessons, course, [terminal: terminal] ++ options)

      {[help: true], _rest, []} ->
        finish(@usage, 0, terminal)

      _wrong ->
        finish(@usage, 2, terminal)
    end
  end

  defp soak({minutes, ""}, lessons, course, options) when minutes > 0 do
    chosen = if lessons == [], do: course, else: Enum.filter(course, &(elem(&1, 0) in lessons))

    case lessons -- Enum.map(course, &elem(&1, 0)) do
      [] ->
        ends = now() + round(minutes * 60_000)
        {rounds, failures} = chosen |> Enum.map(&parse/1) |> run_rounds(ends, options)
        report(rounds, failures, length(chosen), options[:terminal])

      unknown ->
        finish("There is no lesson #{Enum.join(unknown, ", ")}.", 2, options[:terminal])
    end
  end

  defp soak(_wrong, _lessons, _course, options), do: finish(@usage, 2, options[:terminal])

  defp parse({lesson, path}) do
    {:ok, notebook} = Parser.read(path)
    {lesson, notebook}
  end

  # Returns the rounds, each as `{lesson, number, what the VM holds}`, and the failures of a lesson.
  defp run_rounds(notebooks, ends, options) do
    notebooks
    |> Stream.cycle()
    |> Stream.with_index()
    |> Enum.reduce_while({[], []}, fn {{lesson, notebook}, number}, {rounds, []} ->
      left = max(ceil((ends - now()) / 60_000), 0)
      progress = "round #{number + 1}: #{lesson}, #{Terminal.count(left, "minute")} left"
      Terminal.progress(progress, options[:terminal])
      failures = run_lesson(notebook)
      serve(options[:requests] || @requests)
      enough? = now() >= ends and number + 1 >= max(@rounds, @passes * length(notebooks))
      next = if failures == [] and not enough?, do: :cont, else: :halt
      {next, {[{lesson, number, sample()} | rounds], failures}}
    end)
  end

  defp run_lesson(notebook) do
    options = [
      mode: :solved,
      toolchains: @toolchains,
      leak_check: &Roundtrip.live_counts/0
    ]

    for failure <- Runner.run(notebook, options).failures, do: Failure.format(failure, notebook)
  end

  @doc false
  # Not one server for all rounds, because lessons assert which threads are running.
  def serve(requests) do
    {:ok, server} = Server.start_link(startup_log: false, handler: Handler)
    {_ip, port} = Server.address(server)

    1..requests
    |> Task.async_stream(&ask(port, rem(&1, 5)), max_concurrency: @clients, ordered: false)
    |> Stream.run()

    Server.stop(server)
  end

  defp ask(port, 0), do: "200" = status(port, Client.request("GET", "/"))
  defp ask(port, 1), do: "200" = status(port, Client.request("POST", "/echo", "hello"))
  defp ask(port, 2), do: "500" = status(port, Client.request("GET", "/forget"))
  defp ask(port, 3), do: "400" = status(port, "no HTTP\r\n\r\n")

  # Closing resets the connection.
  defp ask(port, 4) do
    {:ok, socket} = :gen_tcp.connect({127, 0, 0, 1}, port, linger: {true, 0})
    :ok = :gen_tcp.send(socket, Client.request("GET", "/"))
    :gen_tcp.close(socket)
  end

  defp status(port, request) do
    "HTTP/1.1 " <> <<status::binary-size(3), _rest::binary>> = Client.fetch(port, request)
    status
  end

  defp sample do
    Map.merge(Footprint.now(), %{
      memory: :erlang.memory(:total),
      libraries: MappedLibraries.now().libraries
    })
  end

  defp report(rounds, failures, lessons, terminal) do
    passes = div(length(rounds), lessons)
    # Times are in passes.
    counted =
      for {lesson, number, held} <- rounds,
          number >= lessons,
          do: {lesson, number / lessons, held}

    rows = for {name, limit} <- @limits, do: row(name, limit, Enum.reverse(counted))
    rising = for {name, _line, true} <- rows, do: name

    header = columns("", ["first", "last", "a pass", "limit", "certainty"])
    Terminal.print([header | for({_name, line, _rises?} <- rows, do: line)] ++ failures, terminal)
    summary = "#{length(rounds)} rounds in #{passes} passes: "

    cond do
      failures != [] -> finish(summary <> "the last lesson failed", 1, terminal)
      rising != [] -> finish(summary <> Enum.join(rising, ", ") <> " rises", 1, terminal)
      true -> finish(summary <> "nothing rises", 0, terminal)
    end
  end

  defp finish(text, status, terminal) do
    Terminal.print([text], terminal)
    status
  end

  defp row(name, limit, counted) do
    values = for {lesson, pass, held} <- counted, do: {lesson, pass, held[name]}
    %{slope: slope, z: z} = Trend.new(values)
    rises? = z > @certain and slope > limit

    [first, last] =
      for sample <- [List.first(values), List.last(values)], do: sample && elem(sample, 2)

    line = columns(name, Enum.map([first, last, slope, limit, z], &number/1))
    {name, [line, if(rises?, do: "  rises", else: "")], rises?}
  end

  defp number(nil), do: "-"
  defp number(float) when is_float(float), do: :erlang.float_to_binary(float, decimals: 1)
  defp number(integer), do: Integer.to_string(integer)

  defp columns(name, cells),
    do: [String.pad_trailing("#{name}", 10) | Enum.map(cells, &String.pad_leading(&1, 12))]

  defp now, do: System.monotonic_time(:millisecond)
end
