defmodule Roundtrip.Server.Handler do
  @moduledoc """
  Calls a handler so that whatever it does, its client is answered.

  A handler that raises, throws, exits or gives what is no response costs its client a 500 and the
  log one line. One that is killed cannot be rescued here: `Roundtrip.Server.Receiver` sees to it.
  """

  alias Roundtrip.Server
  alias Roundtrip.Server.{Request, Response}

  require Logger

  @doc """
  Calls the handler and answers the request, unless the handler says that somebody else will.

  A client that has gone, or that has its 503 already, is no failure: nobody is left to be told.
  """
  @spec run(module(), Request.t()) :: :answered | :later
  def run(handler, %Request{} = request) do
    case handler.handle(request) do
      %Response{} = response ->
        Server.respond(request, response)
        :answered

      :later ->
        :later

      other ->
        fail(request, handler, "gave no response but #{inspect(other, limit: 10)}")
    end
  catch
    kind, reason ->
      banner = Exception.format_banner(kind, reason, __STACKTRACE__)
      fail(request, handler, banner <> where(__STACKTRACE__))
  end

  @doc "Answers for a handler whose process has died."
  @spec died(Request.t(), module(), term()) :: :answered
  def died(request, handler, reason) do
    if Server.open?(request),
      do: fail(request, handler, "died: #{Exception.format_exit(reason)}"),
      else: :answered
  end

  defp where([entry | _]), do: ", " <> Exception.format_stacktrace_entry(entry)
  defp where([]), do: ""

  defp fail(request, handler, what) do
    # Before the answer: who was answered may look for the line.
    Logger.error(fn -> line("500 for #{describe(request)}: #{inspect(handler)} #{what}") end)
    Server.respond(request, %Response{status: 500, body: "Internal Server Error\n"})
    :answered
  end

  defp describe(request), do: "#{request.method} #{inspect(request.path, printable_limit: 200)}"

  # What an exception quotes from a request must not begin a line of its own in the log.
  defp line(text), do: String.replace(text, ["\r", "\n"], " ")
end
