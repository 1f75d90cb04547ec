defmodule Roundtrip.Server.Responder do
  @moduledoc """
  Sends responses to Rust. Its functions are called as `Roundtrip.Server.respond/2`,
  `Roundtrip.Server.assign/2` and `Roundtrip.Server.open?/1`, where they are documented.
  """

  alias Roundtrip.Server.{Native, Request, Response}

  # Copying a larger body takes tens of microseconds per MiB, so a dirty scheduler does it.
  @large_body 65_536

  @type result :: :ok | {:error, :already_sent | :timeout | :closed}

  @doc "Sends the response to a request, once; see `Roundtrip.Server.respond/2`."
  @spec respond(Request.t(), Response.t()) :: result()
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

  @doc "Names the process that will answer a request; see `Roundtrip.Server.assign/2`."
  @spec assign(Request.t(), pid()) :: :ok
  def assign(%Request{ref: ref}, pid), do: Native.assign(ref, pid)

  @doc "Returns whether a response can still be sent; see `Roundtrip.Server.open?/1`."
  @spec open?(Request.t()) :: boolean()
  def open?(%Request{ref: ref}), do: Native.open?(ref)
end
