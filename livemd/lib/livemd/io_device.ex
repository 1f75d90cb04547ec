defmodule Livemd.IODevice do
  @moduledoc false
  # The IO protocol without a process: a request to its reply and the text to keep.

  @spec request(term()) :: {reply :: term(), String.t()}
  def request({:put_chars, encoding, chars}), do: put_chars(encoding, fn -> chars end)

  def request({:put_chars, encoding, module, function, args}) do
    put_chars(encoding, fn -> apply(module, function, args) end)
  end

  # The forms of before OTP R13, still in the protocol.
  def request({:put_chars, chars}), do: request({:put_chars, :latin1, chars})

  def request({:put_chars, module, fun, args}),
    do: request({:put_chars, :latin1, module, fun, args})

  def request({:requests, requests}), do: requests(requests, :ok, "")
  def request(:getopts), do: {[binary: true, encoding: :unicode], ""}
  def request({:setopts, _}), do: {:ok, ""}
  def request({:get_geometry, _}), do: {{:error, :enotsup}, ""}

  def request(request)
      when elem(request, 0) in [:get_line, :get_chars, :get_until, :get_password] do
    {{:error, :enotsup}, ""}
  end

  def request(_), do: {{:error, :request}, ""}

  # A list of requests ends at the first that fails, and answers as the last one did.
  defp requests([request | rest], _reply, text) do
    case request(request) do
      {{:error, _} = error, more} -> {error, text <> more}
      {reply, more} -> requests(rest, reply, text <> more)
    end
  end

  defp requests([], reply, text), do: {reply, text}

  defp put_chars(encoding, chars) do
    case :unicode.characters_to_binary(chars.(), encoding, :unicode) do
      text when is_binary(text) -> {:ok, text}
      _ -> {{:error, :no_translation}, ""}
    end
  rescue
    _ -> {{:error, :put_chars}, ""}
  end
end
