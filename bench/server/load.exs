# What the server serves, beside the same crate in Rust alone and two servers of Erlang's own.
# `mix run bench/server/load.exs --help`

with path when is_list(path) <- :code.lib_dir(:inets),
     true <- File.exists?(Path.join(path, "include/httpd.hrl")) do
  for file <- ~w(bare.exs gen_tcp.exs httpd.exs table.exs), do: Code.require_file(file, __DIR__)
else
  _not_here ->
    IO.puts(
      :stderr,
      "load.exs: Erlang's inets is missing (Debian: apt-get install erlang-inets erlang-dev)"
    )

    System.halt(2)
end

defmodule Bench.Load do
  alias Bench.Table

  @usage """
  usage: mix run bench/server/load.exs [OPTIONS]

  wrk posts 64 bytes on keep-alive connections over loopback, in turn to each server, round after
  round. The ratios are the medians of what each round gave: a busy neighbour slows a round, and
  all of its servers.

    --seconds N       how long wrk runs for a server in a round (1)
    --rounds N        how many rounds (9)
    --connections L   how many connections, separated by commas (2,8,64)
    --help            this text
  """

  @switches [seconds: :integer, rounds: :integer, connections: :string, help: :boolean]
  @order [:rust, :bare, :inline, :task, :gen_tcp, :httpd]

  def main(args) do
    case OptionParser.parse(args, strict: @switches) do
      {opts, [], []} -> if opts[:help], do: IO.write(@usage), else: checked(opts)
      {_opts, rest, wrong} -> stop("unknown: #{inspect(rest ++ wrong)}\n\n#{@usage}")
    end
  end

  defp checked(opts) do
    seconds = positive(opts[:seconds] || 1, "--seconds")
    rounds = positive(opts[:rounds] || 9, "--rounds")
    counts = connections(opts[:connections] || "2,8,64")
    System.find_executable("wrk") || stop("wrk is not on the PATH (Debian: apt-get install wrk)")
    run(seconds, rounds, counts)
  end

  defp positive(number, _option) when number > 0, do: number
  defp positive(_number, option), do: stop("#{option} wants a number above 0")

  defp connections(text) do
    for part <- String.split(text, ",") do
      case Integer.parse(part) do
        {count, ""} when count > 0 ->
          count

        _ ->
          stop("--connections wants numbers above 0, separated by commas; not #{inspect(text)}")
      end
    end
  end

  defp run(seconds, rounds, counts) do
    servers = servers()
    for {name, port} <- servers, do: answers!(name, port)
    total = length(counts) * length(servers) * rounds * seconds
    say("about #{total + length(counts) * length(servers)} s; load average #{load()}")

    results =
      for count <- counts, into: %{} do
        # The first second warms caches, schedulers and wrk's connections; it is not counted.
        for {name, port} <- servers, do: wrk(name, port, count, 1)
        {count, for(round <- 1..rounds, do: round(servers, count, round, rounds, seconds))}
      end

    say("load average at the end: #{load()}\n")
    Table.print(@order, results)
  end

  # Each round begins with another server, so that none always follows the same one.
  defp round(servers, count, number, rounds, seconds) do
    {first, last} = Enum.split(servers, rem(number - 1, length(servers)))

    measured =
      for {name, port} <- last ++ first, into: %{}, do: {name, wrk(name, port, count, seconds)}

    line = for name <- @order, do: "#{name} #{div(measured[name].rate, 100) / 10}"

    say(
      "#{count} connections, round #{number} of #{rounds}, thousand a second: #{Enum.join(line, ", ")}"
    )

    measured
  end

  defp wrk(name, port, count, seconds) do
    lua = Path.join(__DIR__, "post.lua")
    args = ~w(--threads 1 --connections #{count} --duration #{seconds}s --latency --script)
    {text, status} = System.cmd("wrk", args ++ [lua, url(port)], stderr_to_stdout: true)

    with 0 <- status,
         [line] <- Regex.run(~r/^bench .*/m, text),
         numbers =
           for([_, key, n] <- Regex.scan(~r/(\w+)=(\d+)/, line), do: {key, String.to_integer(n)}),
         %{"requests" => requests, "us" => us, "p50" => p50, "p99" => p99, "errors" => 0} <-
           Map.new(numbers) do
      %{rate: div(requests * 1_000_000, us), p50: p50, p99: p99}
    else
      _failed_or_errors -> stop("wrk and #{name} do not get on:\n#{text}")
    end
  end

  defp servers do
    [
      rust: server(answer_in_rust: true),
      bare: Bench.Bare.start(&Bench.Handler.answer/4),
      inline: server(mode: :inline),
      task: server(mode: :task),
      gen_tcp: Bench.GenTcp.start(&Bench.Handler.answer/4),
      httpd: Bench.Httpd.start()
    ]
  end

  defp server(opts) do
    {:ok, pid} =
      Roundtrip.Server.start_link([port: 0, handler: Bench.Handler, startup_log: false] ++ opts)

    {_ip, port} = Roundtrip.Server.address(pid)
    port
  end

  # A server that is fast because it does nothing is found out here.
  defp answers!(name, port) do
    {:ok, _} = Application.ensure_all_started(:inets)
    body = :binary.copy("x", 64)
    type = String.to_charlist("application/octet-stream")

    case :httpc.request(:post, {url(port), [], type, body}, [], body_format: :binary) do
      {:ok, {{_, 200, _}, _, "64"}} -> :ok
      {:ok, {{_, 200, _}, _, _}} when name == :rust -> :ok
      other -> stop("#{name} gives no right answer: #{inspect(other)}")
    end
  end

  defp url(port), do: "http://127.0.0.1:#{port}/"

  defp load do
    case File.read("/proc/loadavg") do
      {:ok, text} -> text |> String.split() |> Enum.take(3) |> Enum.join(" ")
      {:error, _} -> "unknown"
    end
  end

  defp say(text), do: IO.puts(:stderr, text)

  defp stop(text) do
    IO.puts(:stderr, "bench/server/load.exs: #{text}")
    System.halt(2)
  end
end

defmodule Bench.Handler do
  # The same work in every server but Rust's own: how many bytes came.

  def handle(request), do: Roundtrip.Server.Response.text(size(request.body))

  def answer(_method, _target, _headers, body),
    do: {200, [{"content-type", "text/plain; charset=utf-8"}], size(body)}

  defp size(body), do: body |> byte_size() |> Integer.to_string()
end

Bench.Load.main(System.argv())
