defmodule Roundtrip.Server.Responder do
  @moduledoc false
  # Documented as functions of `Roundtrip.Server`, which delegates to these. The receivers call them
  # here, because they must not depend on the server that starts them.

  alias Roundtrip.Server.{Native, Request, Response}

  # In bytes. A larger body is copied on a dirty scheduler, so that other processes don't wait for it.
  @large_body 65_536

  @spec respond(Request.t(), Response.t()) :: :ok | {:error, :already_sent | :timeout | :closed}
  def respond(%Request{ref: ref}, %Response{status: status, headers: headers, body: body})
      when status in 200..599 and length(headers) >= 0 do
    if body_size(body) > @large_body,
      do: Native.respond_large(ref, status, headers, body),
      else: Native.respond(ref, status, headers, body)
  end

  def respond(%Request{}, %Response{status: status}) when status not in 200..599,
    do: raise(ArgumentError, "status must be from 200 to 599, not #{inspect(status)}")

  def respond(%Request{}, %Response{headers: headers}),
    do: raise(ArgumentError, "headers must be a list, not #{inspect(headers)}")

  defp body_size(body) when is_binary(body), do: byte_size(body)

  defp body_size(body) do
    IO.iodata_length(body)
  rescue
    ArgumentError -> raise ArgumentError, "body must be iodata"
  end

  @spec assign(Request.t(), pid()) :: :ok
  def assign(%Request{ref: ref}, pid), do: Native.assign(ref, pid)

  @spec open?(Request.t()) :: boolean()
  def open?(%Request{ref: ref}), do: Native.open?(ref)
end
