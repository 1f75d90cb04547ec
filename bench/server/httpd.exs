defmodule Bench.Httpd do
  # OTP's own server, with one module of its chain: this one.

  require Record

  Record.defrecordp(:mod, Record.extract(:mod, from_lib: "inets/include/httpd.hrl"))

  def start do
    {:ok, _} = Application.ensure_all_started(:inets)
    folder = String.to_charlist(System.tmp_dir!())

    {:ok, pid} =
      :inets.start(:httpd,
        port: 0,
        bind_address: {127, 0, 0, 1},
        server_name: String.to_charlist("bench"),
        server_root: folder,
        document_root: folder,
        modules: [__MODULE__],
        # Without it every answer waits 40 ms for an acknowledgement.
        socket_type: {:ip_comm, [nodelay: true]},
        max_clients: 1_024
      )

    :httpd.info(pid)[:port]
  end

  # The name is Erlang's choice.
  def unquote(:do)(request) do
    body = mod(request, :entity_body) |> IO.iodata_length() |> Integer.to_charlist()

    head = [
      code: 200,
      content_type: String.to_charlist("text/plain"),
      content_length: Integer.to_charlist(length(body))
    ]

    {:proceed, [response: {:response, head, body}]}
  end
end
