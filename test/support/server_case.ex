defmodule Roundtrip.ServerCase do
  @moduledoc """
  For tests that start servers: each must end with no more threads and resources than it found.

  One at a time, because threads are counted for the whole VM, and because the test process has a
  name by which handlers find it: `tell/1`.
  """

  use ExUnit.CaseTemplate

  alias Roundtrip.Messages.Poll
  alias Roundtrip.{Server, Wire}

  using do
    quote do
      import Roundtrip.ServerCase

      alias Roundtrip.Messages.Poll
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
  Gives the test process a name that the last test's process may still have: ExUnit begins the
  next test before that has gone.
  """
  def take_name(name) do
    assert Poll.until(fn -> Process.whereis(name) == nil end), "#{inspect(name)} is still taken"
    Process.register(self(), name)
  end

  @doc "Starts a server that ends with the test, and gives its pid and its port."
  def start_server!(handler, opts \\ []) do
    server = start_supervised!({Server, [handler: handler] ++ opts})
    {_ip, port} = Server.address(server)
    {server, port}
  end

  @doc "Sends a message to the test that runs, from a handler."
  def tell(message), do: send(__MODULE__, message)

  @doc "A connection on which a request was sent."
  def open(port, target, method \\ "GET") do
    {:ok, socket} = Wire.connect(port)
    :ok = Wire.send(socket, "#{method} #{target} HTTP/1.1\r\nHost: test\r\n\r\n")
    socket
  end

  @doc "The next answer of a connection."
  def answer(socket) do
    {:ok, answer} = Wire.read_answer(socket, 10_000)
    answer
  end

  @doc "Asks once, on a connection of its own."
  def ask(port, target, method \\ "GET") do
    socket = open(port, target, method)
    answer = answer(socket)
    Wire.close(socket)
    answer
  end

  @doc "A header of an answer, or `nil`."
  def header(answer, name),
    do: with({_, value} <- List.keyfind(answer.headers, name, 0), do: value)

  @doc "The process of that kind within a server."
  def child(server, id) do
    {^id, pid, _type, _modules} = server |> Supervisor.which_children() |> List.keyfind(id, 0)
    pid
  end

  @doc "Returns when the process has died."
  def await_down(pid) do
    monitor = Process.monitor(pid)
    assert_receive {:DOWN, ^monitor, :process, ^pid, _reason}, 5_000
  end
end
