defmodule Roundtrip.Messages.RelayTest do
  use Roundtrip.MessagesCase

  doctest Roundtrip.Messages.Relay

  alias Roundtrip.Messages.Relay
  alias Roundtrip.Structs.SharedStruct

  # Two nodes of their own, without epmd, which would outlive the test.
  test "a relay sends to another node, which Rust can't" do
    port = free_port()
    there = start_node("there", port, ~w(-kernel inet_dist_use_interface {127,0,0,1}))
    here = start_node("here", port, ~w(-dist_listen false))
    receiver = Task.async(fn -> call(there, :receive_one) end)

    assert Poll.until(fn -> is_pid(:peer.call(there, :erlang, :whereis, [:receiver])) end)
    assert call(here, :send_there) == {:refused, :relayed}
    assert {:hi, %SharedStruct{is_cool: true, ref: ref}} = Task.await(receiver, 10_000)
    assert is_reference(ref)
  end

  def receive_one do
    Process.register(self(), :receiver)
    receive do: (message -> message)
  end

  def send_there do
    there = {:receiver, :"there@127.0.0.1"}
    true = Node.connect(elem(there, 1))
    far = :erpc.call(elem(there, 1), :erlang, :whereis, [:receiver])

    refused =
      try do
        Native.send_hi(far, true)
      rescue
        ArgumentError -> :refused
      end

    {:ok, relay} = Relay.start_link(there)
    :ok = Native.send_hi(relay, true)
    {refused, :relayed}
  end

  defp call(node, function), do: :peer.call(node, __MODULE__, function, [], 10_000)

  defp start_node(name, port, args) do
    common = ~w(-setcookie roundtrip -start_epmd false -erl_epmd_port #{port})
    args = ["-name", "#{name}@127.0.0.1" | common ++ args]

    {:ok, peer, _node} =
      :peer.start_link(%{connection: :standard_io, args: Enum.map(args, &to_charlist/1)})

    :peer.call(peer, :code, :add_paths, [:code.get_path()])
    {__MODULE__, binary, file} = object_code()
    {:module, _} = :peer.call(peer, :code, :load_binary, [__MODULE__, file, binary])
    peer
  end

  # ExUnit keeps a test's module in memory only.
  @after_compile {__MODULE__, :keep}
  def keep(env, binary),
    do: :persistent_term.put(__MODULE__, {env.module, binary, ~c"#{env.file}"})

  defp object_code, do: :persistent_term.get(__MODULE__)

  defp free_port do
    {:ok, socket} = :gen_tcp.listen(0, ip: {127, 0, 0, 1})
    {:ok, port} = :inet.port(socket)
    :gen_tcp.close(socket)
    port
  end
end
