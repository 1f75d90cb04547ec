defmodule Roundtrip.ServerCase do
  @moduledoc """
  A case template for tests that start servers. It fails a test that leaves threads or resources
  behind.

  These tests can't be async, because threads are counted for the whole VM, and because handlers send
  messages to the test process by a registered name: see `tell/1`.
  """

  use ExUnit.CaseTemplate

  alias Roundtrip.Poll
  alias Roundtrip.{Server, Wire}

  using do
    quote do
      import Roundtrip.ServerCase

      alias Roundtrip.Poll
      alias Roundtrip.{Server, Wire}
      alias Roundtrip.Server.Response
    end
  end

  setup do
    counts = Roundtrip.live_counts()
    take_name(__MODULE__)
    on_exit(fn -> assert Poll.until(fn -> left(counts) == %{} end), inspect(left(counts)) end)
  end

  defp left(before) do
    for {name, count} <- Roundtrip.live_counts(),
        count > before[name],
        into: %{},
        do: {name, count}
  end

  @doc """
  Registers the test process under a name. ExUnit may start a test before the process of the last one
  has ended, so this waits until the name is free.
  """
  def take_name(name) do
    assert Poll.until(fn -> Process.whereis(name) == nil end), "#{inspect(name)} is still taken"
    Process.register(self(), name)
  end

  @doc "Starts a server that is stopped after the test, and returns its pid and its port."
  def start_server!(handler, opts \\ []) do
    server = start_supervised!({Server, [handler: handler] ++ opts}, id: Server)
    {_ip, port} = Server.address(server)
    {server, port}
  end

  @doc "Sends a message from a handler to the running test."
  def tell(message), do: send(__MODULE__, message)

  @doc "Opens a connection and sends a request on it."
  def open(port, target, method \\ "GET") do
    {:ok, socket} = Wire.connect(port)
    :ok = Wire.send(socket, "#{method} #{target} HTTP/1.1\r\nHost: test\r\n\r\n")
    socket
  end

  @doc "Reads the next answer on a connection."
  def answer(socket) do
    {:ok, answer} = Wire.read_answer(socket, 10_000)
    answer
  end

  @doc "Sends a request on a new connection, and returns the answer."
  def ask(port, target, method \\ "GET") do
    socket = open(port, target, method)
    answer = answer(socket)
    Wire.close(socket)
    answer
  end

  @doc "Returns the value of an answer's header, or `nil`."
  def header(answer, name),
    do: with({_, value} <- List.keyfind(answer.headers, name, 0), do: value)

  @doc "Returns the pid of the child with this id in a server's supervisor."
  def child(server, id) do
    {^id, pid, _type, _modules} = server |> Supervisor.which_children() |> List.keyfind(id, 0)
    pid
  end

  @doc "Waits until the process has exited."
  def await_down(pid) do
    monitor = Process.monitor(pid)
    assert_receive {:DOWN, ^monitor, :process, ^pid, _reason}, 5_000
  end
end
