defmodule Roundtrip.Server.HandlerRunner do
  @moduledoc """
  Calls a handler and sends its response, or a 500 if the handler fails.

      Roundtrip.Server.HandlerRunner.run(MyRouter, request)

  A handler that raises, throws, exits or returns something other than a response causes a 500 and an
  entry in the log: a line that names the request, then the stack trace. A handler that is killed can't
  be rescued here: the `Roundtrip.Server.Receiver` that started it calls `handle_exit/4`.
  """

  alias Roundtrip.Server.{Options, Request, Responder, Response, Telemetry}

  require Logger

  # In bytes: how much of a message Logger shows.
  @max_line 8_096

  @doc """
  Calls the handler and answers the request, unless the handler returns `:later`.

  Returns `:answered` even if the client has closed the connection or has had its 503 already: then
  there is nobody left to answer.
  """
  @spec run(Options.handler(), Request.t()) :: :answered | :later
  def run(handler, %Request{} = request) do
    span = Telemetry.start(handler, request)

    try do
      response = call(handler, request)
      answered = answer(request, response)
      Telemetry.stop(span, response)
      answered
    catch
      kind, reason ->
        stacktrace = prune_arguments(__STACKTRACE__)
        Telemetry.exception(span, kind, reason, stacktrace)
        fail(request, handler, kind, reason, stacktrace)
    end
  end

  defp call({module, options}, request), do: module.handle(request, options)
  defp call(module, request), do: module.handle(request)

  # The arguments of the call that raised may have secrets of a client, and its request, which would
  # be kept for as long as a logger keeps the stack trace.
  defp prune_arguments([{module, function, arguments, location} | rest]) when is_list(arguments),
    do: [{module, function, length(arguments), location} | rest]

  defp prune_arguments(stacktrace), do: stacktrace

  defp answer(_request, :later), do: :later

  defp answer(request, %Response{} = response) do
    Responder.respond(request, response)
    :answered
  end

  defp answer(_request, other),
    do: raise("returned #{inspect(other, limit: 10)}, which is not a response")

  @doc "Kills a handler that is still running after the deadline, and writes a line in the log."
  @spec kill(pid(), Request.t(), Options.handler()) :: :ok
  def kill(task, request, handler) do
    Process.exit(task, :kill)
    Logger.error(fn -> one_line("#{describe(request, handler)} was killed at its deadline") end)
  end

  @doc """
  Answers 500 for a handler whose process died, if nobody has answered the request yet. The handler was
  started at `started`, a time of `System.monotonic_time/0`.
  """
  @spec handle_exit(Request.t(), Options.handler(), reason :: term(), integer()) :: :answered
  def handle_exit(request, handler, reason, started) do
    handler |> Telemetry.resume(request, started) |> Telemetry.exception(:exit, reason, [])
    if Responder.open?(request), do: fail(request, handler, :exit, reason, []), else: :answered
  end

  defp fail(request, handler, kind, reason, stacktrace) do
    unprintable = "(#{kind}) with a reason that can't be formatted"
    banner = format(fn -> Exception.format_banner(kind, reason, stacktrace) end, unprintable)

    metadata = [
      crash_reason: {crash_reason(kind, reason, stacktrace), stacktrace},
      callers: Process.get(:"$callers", [])
    ]

    # Logged before the answer is sent, so that a client that has its 500 finds the entry.
    Logger.error(fn -> entry(request, handler, banner, stacktrace) end, metadata)
    Responder.respond(request, %Response{status: 500, body: "Internal Server Error\n"})
    :answered
  end

  # An exception's `message/1` is the handler's code, and the stack trace may be of its making.
  defp format(fun, unprintable) do
    fun.()
  catch
    _kind, _reason -> unprintable
  end

  defp format_entry(entry) do
    format(
      fn -> Exception.format_stacktrace_entry(entry) end,
      "(an entry that can't be formatted)"
    )
  end

  # In the form that Logger documents.
  defp crash_reason(:error, reason, stacktrace),
    do: Exception.normalize(:error, reason, stacktrace)

  defp crash_reason(:throw, value, _stacktrace), do: {:nocatch, value}
  defp crash_reason(:exit, reason, _stacktrace), do: reason

  defp entry(request, handler, banner, stacktrace) do
    trace = for entry <- stacktrace, do: "\n    " <> one_line(format_entry(entry))

    [one_line("500 for #{describe(request, handler)} #{banner}") | trace]
  end

  defp describe(request, handler) do
    # A client chooses both, and what follows them must fit in the line.
    method = request.method |> to_string() |> binary_slice(0, 20)
    path = inspect(request.path, printable_limit: 200)
    "#{method} #{path}: #{inspect(Options.handler_module(handler))}"
  end

  # An exception may quote a request. Its line breaks would let a client forge log entries, and its
  # control characters would change the terminal that shows the log.
  defp one_line(text) do
    for part <- text |> binary_slice(0, @max_line) |> String.chunk(:valid), into: "" do
      if String.valid?(part),
        do: Regex.replace(~r/[\p{C}\p{Zl}\p{Zp}]/u, part, " "),
        else: " "
    end
  end
end
