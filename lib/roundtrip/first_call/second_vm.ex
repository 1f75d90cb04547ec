defmodule Roundtrip.FirstCall.SecondVM do
  @moduledoc """
  Loads the course's library in a second VM, where a failed load doesn't disturb this one.

      iex> alias Roundtrip.FirstCall.SecondVM
      iex> SecondVM.load(SecondVM.stubs())
      :ok
      iex> {:error, {reason, _text}} = SecondVM.load([])
      iex> reason
      :bad_lib
  """

  @doc """
  Returns the name and arity of every function of `Roundtrip.Native`: the stubs, and the functions
  that `use Roundtrip.Precompiled` adds.
  """
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

  @doc """
  Compiles a `Roundtrip.Native` with these stubs and a `try_load/1` that loads a library, and returns
  its bytecode.
  """
  @spec code(keyword(arity())) :: binary()
  # Erlang's abstract forms are compiled, because `defmodule` would replace the module in this VM.
  def code(stubs) do
    exports = [{:try_load, 1} | stubs]
    forms = [{:attribute, 1, :module, Roundtrip.Native}, {:attribute, 1, :export, exports}]

    load =
      {:function, 1, :try_load, 1,
       [
         {:clause, 1, [{:var, 1, :Path}], [],
          [call(:load_nif, [{:var, 1, :Path}, {:integer, 1, 0}])]}
       ]}

    {:ok, Roundtrip.Native, binary} = :compile.forms(forms ++ [load | Enum.map(stubs, &stub/1)])
    binary
  end

  defp stub({name, arity}) do
    arguments = List.duplicate({:var, 1, :_}, arity)

    {:function, 1, name, arity,
     [{:clause, 1, arguments, [], [call(:nif_error, [{:atom, 1, name}])]}]}
  end

  defp call(function, arguments),
    do: {:call, 1, {:remote, 1, {:atom, 1, :erlang}, {:atom, 1, function}}, arguments}

  @doc "Returns the path of the course's library on this machine, without its extension."
  @spec library() :: charlist()
  def library do
    [path | _] = Path.wildcard(Application.app_dir(:roundtrip, "priv/native/*roundtrip_nif*"))
    path |> Path.rootname() |> String.to_charlist()
  end
end
