defmodule Roundtrip.TwoNodes do
  @moduledoc """
  Two nodes for a test module: `use Roundtrip.TwoNodes`. Its functions can then be called on them.

      test "the other node has another name", %{here: here, there: there} do
        assert call(here, :other) != call(there, :other)
      end

      def other, do: node()

  They are separate VMs that are controlled over their standard input, so they end with the test's VM.
  Their names have an IP address, because a bare machine may not resolve its own name. There is no
  epmd, which would outlive the test: `here` connects to the port that `there` listens on.
  """

  @there :"there@127.0.0.1"

  defmacro __using__(_opts) do
    quote do
      import Roundtrip.TwoNodes
      @after_compile {Roundtrip.TwoNodes, :keep}
      setup_all do: Roundtrip.TwoNodes.start(__MODULE__)
    end
  end

  @doc "Keeps the code of a test module, which ExUnit has in memory only."
  def keep(env, binary),
    do: :persistent_term.put({__MODULE__, env.module}, {~c"#{env.file}", binary})

  @doc "Starts both nodes, connects them, and loads the module there."
  @spec start(module()) :: %{here: pid(), there: pid()}
  def start(module) do
    {:ok, socket} = :gen_tcp.listen(0, ip: {127, 0, 0, 1})
    {:ok, port} = :inet.port(socket)
    :gen_tcp.close(socket)

    cookie = Base.encode16(:crypto.strong_rand_bytes(16))
    common = ~w(-setcookie #{cookie} -start_epmd false -erl_epmd_port #{port})
    listening = ~w(-name #{@there} -kernel inet_dist_use_interface {127,0,0,1})
    there = start_node(module, listening ++ common)
    here = start_node(module, ~w(-name here@127.0.0.1 -dist_listen false) ++ common)
    true = :peer.call(here, :net_kernel, :connect_node, [@there])
    %{here: here, there: there}
  end

  defp start_node(module, args) do
    options = %{connection: :standard_io, args: Enum.map(args, &to_charlist/1)}
    {:ok, peer, _node} = :peer.start_link(options)
    :peer.call(peer, :code, :add_paths, [:code.get_path()])
    {:ok, _apps} = :peer.call(peer, :application, :ensure_all_started, [:roundtrip])
    # Handlers fail on purpose.
    :ok = :peer.call(peer, :logger, :set_primary_config, [:level, :none])
    {file, binary} = :persistent_term.get({__MODULE__, module})
    {:module, ^module} = :peer.call(peer, :code, :load_binary, [module, file, binary])
    peer
  end

  @doc "Calls a public function of the test module on a node."
  defmacro call(node, function, args \\ []) do
    quote do: :peer.call(unquote(node), __MODULE__, unquote(function), unquote(args), 20_000)
  end

  @doc "Returns the name of the node `there`, for code that runs `here`."
  @spec there() :: node()
  def there, do: @there
end
