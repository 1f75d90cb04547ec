defmodule Roundtrip.Server.HandlerRunner do
  @moduledoc """
  Calls a handler and sends its response, or a 500 if the handler fails.

      Roundtrip.Server.HandlerRunner.run(MyRouter, request)

  A handler that raises, throws, exits or returns something other than a response causes a 500 and
  one line in the log. A handler that is killed can't be rescued here: the `Roundtrip.Server.Receiver`
  that started it calls `handle_exit/3`.
  """

  alias Roundtrip.Server.{Request, Responder, Response}

  require Logger

  # In bytes: how much of a message Logger shows.
  @max_line 8_096

  @doc """
  Calls the handler and answers the request, unless the handler returns `:later`.

  Returns `:answered` even if the client has closed the connection or has had its 503 already: then
  there is nobody left to answer.
  """
  @spec run(module(), Request.t()) :: :answered | :later
  def run(handler, %Request{} = request) do
    case handler.handle(request) do
      %Response{} = response ->
        Responder.respond(request, response)
        :answered

      :later ->
        :later

      other ->
        fail(request, handler, "returned #{inspect(other, limit: 10)}, which is not a response")
    end
  catch
    kind, reason ->
      banner = Exception.format_banner(kind, reason, __STACKTRACE__)
      fail(request, handler, banner <> location(__STACKTRACE__))
  end

  @doc "Kills a handler that is still running after the deadline, and writes a line in the log."
  @spec kill(pid(), Request.t(), module()) :: :ok
  def kill(task, request, handler) do
    Process.exit(task, :kill)
    log("#{describe(request)}: #{inspect(handler)} was killed at its deadline")
  end

  @doc "Answers 500 for a handler whose process died, if nobody has answered the request yet."
  @spec handle_exit(Request.t(), module(), reason :: term()) :: :answered
  def handle_exit(request, handler, reason) do
    if Responder.open?(request),
      do: fail(request, handler, "died: #{Exception.format_exit(reason)}"),
      else: :answered
  end

  defp location([entry | _]), do: ", " <> Exception.format_stacktrace_entry(entry)
  defp location([]), do: ""

  defp fail(request, handler, what) do
    # Logged before the answer is sent, so that a client that has its 500 finds the line.
    log("500 for #{describe(request)}: #{inspect(handler)} #{what}")
    Responder.respond(request, %Response{status: 500, body: "Internal Server Error\n"})
    :answered
  end

  defp describe(request), do: "#{request.method} #{inspect(request.path, printable_limit: 200)}"

  defp log(text), do: Logger.error(fn -> one_line(text) end)

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
