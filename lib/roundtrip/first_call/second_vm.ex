defmodule Roundtrip.FirstCall.SecondVM do
  @moduledoc """
  Runs code and loads the course's library in a second VM, where a failure doesn't disturb this one.

      iex> alias Roundtrip.FirstCall.SecondVM
      iex> SecondVM.load(SecondVM.stubs())
      :ok
      iex> {:error, {reason, _text}} = SecondVM.load([])
      iex> reason
      :bad_lib
      iex> SecondVM.run("IO.puts(2 + 3)")
      {"5\\n", 0}
  """

  alias Roundtrip.Toolbox.TempDir

  @doc """
  Runs a script in a VM whose `Roundtrip.Native.crash/1` is allowed to end it.

  Returns what the script printed, to standard output or error, and the exit status of the VM. On
  Unix, a VM that a signal ended has the status 128 + the signal's number.
  """
  @spec run(String.t()) :: {String.t(), integer()}
  def run(script) do
    arguments = ["-pa", Application.app_dir(:roundtrip, "ebin"), "script.exs"]
    env = %{"ROUNDTRIP_CRASH" => "1", "RUST_BACKTRACE" => "0"}

    # In a folder of its own, because the system may write a core file of a VM that crashed.
    {result, _files} =
      TempDir.with_files(%{"script.exs" => script}, fn folder ->
        System.cmd("elixir", arguments, cd: folder, env: env, stderr_to_stdout: true)
      end)

    result
  end

  @doc "Returns the name and arity of every function of `Roundtrip.Native`, stubs and others."
  @spec stubs() :: keyword(arity())
  def stubs, do: Roundtrip.Native.__info__(:functions)

  @doc """
  Returns the result of `:erlang.load_nif/2` in a VM whose `Roundtrip.Native` has only these stubs.

  `library` is the path of the library without its extension; the default is the one that is loaded
  in this VM.
  """
  @spec load(keyword(arity()), Path.t() | charlist()) :: :ok | {:error, {atom(), charlist()}}
  def load(stubs, library \\ library()) do
    in_second_vm(fn peer ->
      :peer.call(peer, :code, :load_binary, [Roundtrip.Native, ~c"nofile", code(stubs)])
      :peer.call(peer, Roundtrip.Native, :try_load, [to_charlist(library)])
    end)
  end

  defp in_second_vm(fun) do
    {:ok, peer, _node} = :peer.start_link(%{connection: :standard_io})

    try do
      fun.(peer)
    after
      :peer.stop(peer)
    end
  end

  @doc "Compiles a module with these stubs and a `try_load/1`, and returns its bytecode."
  @spec code(keyword(arity()), module()) :: binary()
  # Erlang code is compiled, because `defmodule` would replace the module in this VM.
  def code(stubs, module \\ Roundtrip.Native) do
    head = ["-module('#{module}').", "try_load(Path) -> erlang:load_nif(Path, 0)."]
    forms = for text <- head ++ Enum.map(stubs, &stub/1), do: parse(text)
    {:ok, ^module, binary} = :compile.forms(forms, [:export_all])
    binary
  end

  defp stub({name, arity}) do
    arguments = Enum.join(List.duplicate("_", arity), ", ")
    "'#{name}'(#{arguments}) -> erlang:nif_error('#{name}')."
  end

  defp parse(text) do
    {:ok, tokens, _} = text |> String.to_charlist() |> :erl_scan.string()
    {:ok, form} = :erl_parse.parse_form(tokens)
    form
  end

  @doc "Returns the path of the course's library on this machine, without its extension."
  @spec library() :: charlist()
  def library do
    [path | _] = Path.wildcard(Application.app_dir(:roundtrip, "priv/native/*roundtrip_nif*"))
    path |> Path.rootname() |> String.to_charlist()
  end
end
