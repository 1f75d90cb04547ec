defmodule Roundtrip.Server.Responder do
  @moduledoc false
  # Documented as functions of `Roundtrip.Server`, which delegates to these. The receivers call them
  # here, because they must not depend on the server that starts them.

  alias Roundtrip.Server.{Native, Request, Response}

  @spec respond(Request.t(), Response.t()) :: :ok | {:error, :already_sent | :timeout | :closed}
  def respond(%Request{ref: ref}, %Response{}) when node(ref) != node() do
    raise ArgumentError,
          "only processes of #{node(ref)}, the server's node, can answer: send the response there"
  end

  def respond(%Request{ref: ref}, %Response{status: status, headers: headers, body: body})
      when status in 200..599 and is_list(headers) do
    # Rust decides what is large, because measuring it here could take hours: see `respond_large/4`.
    with :large <- Native.respond(ref, status, headers, body),
         do: Native.respond_large(ref, status, headers, body)
  end

  def respond(%Request{}, %Response{status: status}) when status not in 200..599,
    do: raise(ArgumentError, "status must be from 200 to 599, not #{inspect(status)}")

  def respond(%Request{}, %Response{headers: headers}),
    do: raise(ArgumentError, "headers must be a list, not #{inspect(headers)}")

  @spec assign(Request.t(), pid()) :: :ok
  def assign(%Request{}, pid) when is_pid(pid) and node(pid) != node(),
    do: raise(ArgumentError, "a request can't be assigned to a process of another node")

  def assign(%Request{ref: ref}, pid), do: Native.assign(ref, pid)

  @spec open?(Request.t()) :: boolean()
  def open?(%Request{ref: ref}), do: Native.open?(ref)
end
