defmodule Roundtrip.FirstCall.SecondVM do
  @moduledoc """
  Loads the course's library in a VM of its own, where a failed load harms nobody.
  """

  @doc "The name and arity of every function of `Roundtrip.Native`: its stubs, and what its head adds."
  @spec stubs() :: keyword(arity())
  def stubs, do: Roundtrip.Native.__info__(:functions)

  @doc """
  What `:erlang.load_nif/2` answers where `Roundtrip.Native` has only these stubs.

      iex> Roundtrip.FirstCall.SecondVM.load(Roundtrip.FirstCall.SecondVM.stubs())
      :ok

  The library is the one that is loaded here, or another by its path without the extension.
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
  The code of a `Roundtrip.Native` with these stubs, and with `try_load/1`, which asks for a library.
  """
  @spec code(keyword(arity())) :: binary()
  # Erlang's abstract forms, because the module must not be defined here, only its code made.
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

  @doc "The path of the library on this machine, without its extension."
  @spec library() :: charlist()
  def library do
    [path | _] = Path.wildcard(Application.app_dir(:roundtrip, "priv/native/*roundtrip_nif*"))
    path |> Path.rootname() |> String.to_charlist()
  end
end
