defmodule Roundtrip.SetupTest do
  @moduledoc """
  Evaluates the notebooks' setup cell in another VM, which knows Elixir and nothing of this package,
  as Livebook's does. `Mix.install` is replaced there: it prints its arguments, and can be told to fail.
  """
  use ExUnit.Case, async: true

  @moduletag :tmp_dir

  @notebooks Path.wildcard("notebooks/*.livemd")
  @columns 80

  # What the other VM runs for each test.
  @evaluate """
  {:ok, device} = StringIO.open("")
  Process.group_leader(self(), device)

  result =
    try do
      Code.eval_string(cell, [], file: file)
      :ok
    catch
      kind, reason ->
        trace = Enum.filter(__STACKTRACE__, &(inspect(&1) =~ "setup"))
        {:error, Exception.format(kind, reason, trace)}
    end

  for {module, _} <- :code.all_loaded(), inspect(module) =~ "Roundtrip", do: IO.inspect(module)
  {result, device |> StringIO.contents() |> elem(1)}
  """

  setup_all do
    {:ok, vm, _node} = :peer.start_link(%{connection: :standard_io})

    ebin =
      for app <- ~w(elixir mix)a, do: app |> :code.lib_dir() |> Path.join("ebin") |> to_charlist()

    :ok = :peer.call(vm, :code, :add_pathsa, [ebin])
    {:ok, _} = :peer.call(vm, :application, :ensure_all_started, [:elixir])

    :peer.call(vm, Code, :eval_string, [
      """
      Code.put_compiler_option(:ignore_module_conflict, true)

      defmodule Mix do
        def install(deps, opts \\\\ []) do
          IO.puts(inspect([deps, opts], limit: :infinity))
          Code.eval_string(System.get_env("INSTALL", ""))
        end
      end

      Code.put_compiler_option(:ignore_module_conflict, false)
      """
    ])

    %{vm: vm}
  end

  # A checkout without archives and without cargo on the PATH.
  setup %{tmp_dir: folder} do
    for name <- ~w(target machine archive),
        do: copy("lib/roundtrip/precompiled/#{name}.ex", folder)

    for file <- ["mix.exs", "notebooks/setup.exs" | checksums()], do: copy(file, folder)
    %{checkout: folder, dist: Path.join(folder, "dist")}
  end

  test "is the same text in every notebook" do
    assert [_] = @notebooks |> Enum.map(&setup_cell/1) |> Enum.uniq()
  end

  test "asks for the packages of mix.exs, and names its repository" do
    config = Mix.Project.config()
    {:kino, kino, _} = List.keyfind(config[:notebook_deps], :kino, 0)
    cell = setup_cell("notebooks/index.livemd")

    for text <- [cell, File.read!("notebooks/setup.exs")],
        do: assert(text =~ ~s({:kino, "#{kino}"}))

    assert [_, requirement] = Regex.run(~r/{:roundtrip, "(.+?)"}/, cell)
    assert Version.match?(config[:version], requirement)
    assert [[config[:source_url]]] == Regex.scan(~r"https://[\w./-]+", cell)
  end

  describe "in a checkout" do
    test "installs from the archives in dist/, without cargo", context do
      copy_archives(context.checkout)
      assert evaluate(context) == {:ok, [installed(context)]}
    end

    test "installs from them without a call of cargo where cargo is there too", context do
      copy_archives(context.checkout)
      cargo = fake_cargo(context, "echo called; exit 1")
      assert evaluate(context, path: cargo) == {:ok, [installed(context)]}
    end

    test "builds with cargo where there are no archives, and shows what cargo prints", context do
      cargo = fake_cargo(context, ~s(echo "   Compiling syn" >&2; echo "in $PWD: $*"))
      assert {:ok, lines} = evaluate(context, path: cargo)

      assert [
               "Building Roundtrip's Rust with cargo. The first build takes a minute or two.",
               "   Compiling syn",
               "in " <> call | rest
             ] = lines

      assert call == "#{context.checkout}: xtask dist"
      assert rest == [installed(context)]
    end

    test "builds where an archive has other bytes than its checksum file says", context do
      copy_archives(context.checkout)
      [archive | _] = Path.wildcard(context.dist <> "/*roundtrip_server*")
      File.write!(archive, "more", [:append])
      assert {:ok, ["Building" <> _ | _]} = evaluate(context, path: fake_cargo(context, "exit 0"))
    end

    test "builds where ROUNDTRIP_BUILD=1 asks, with archives or without", context do
      copy_archives(context.checkout)
      cargo = fake_cargo(context, "exit 0")
      assert {:ok, ["Building" <> _, install]} = evaluate(context, path: cargo, build: "1")
      # Only then does the package not ask for rustler.
      assert install == installed(context)
    end

    test "stops with one short error where a build fails, and installs nothing", context do
      cargo = fake_cargo(context, "echo 'error[E0308]: mismatched types'; exit 101")
      assert {:error, lines, error} = evaluate(context, path: cargo)
      assert ["Building" <> _, "error[E0308]: mismatched types"] = lines
      assert [message] = short(error)
      assert message =~ "cargo xtask dist failed with status 101"
    end

    test "stops with one short error where there is neither, and names no variable", context do
      assert {:error, [], error} = evaluate(context)
      assert [message, "", "Install Rust (https://rustup.rs)" <> _ | _] = short(error)
      assert message =~ "needs cargo to build its Rust, and finds none"
      assert error =~ to_string(:erlang.system_info(:system_architecture))
      refute error =~ ~r/ROUNDTRIP_|RUSTLER_/
    end

    test "stops with the same error where the archives are for another machine", context do
      File.mkdir_p!(context.dist)
      {:ok, triple} = Roundtrip.Precompiled.Target.triple()

      for archive <- archives() do
        other = String.replace(Path.basename(archive), triple, "sparc-sun-solaris")
        File.cp!(archive, Path.join(context.dist, other))
      end

      assert {:error, [], error} = evaluate(context)
      assert hd(short(error)) =~ "needs cargo to build"
    end

    test "says in one short error that Mix.install has failed, and why", context do
      copy_archives(context.checkout)

      assert {:error, _, error} =
               evaluate(context, install: ~s|raise Mix.Error, message: "no such host"|)

      assert hd(short(error)) =~ "couldn't be installed from this checkout"
      assert error =~ "** (Mix.Error) no such host"
      assert error =~ "bin/learn"

      assert {:error, _, error} = evaluate(context, install: "exit({:shutdown, 1})")
      assert error =~ "** (exit) shutdown: 1"
    end
  end

  describe "in a notebook alone" do
    test "installs the released version", context do
      released = inspect([[roundtrip: "~> 0.1", kino: "~> 0.19"], []])
      assert evaluate(alone(context)) == {:ok, [released]}
    end

    test "says in one short error that it can't, and names the repository", context do
      for {code, why} <- [
            {~s|raise Mix.Error, message: "No package with name roundtrip"|,
             "** (Mix.Error) No package"},
            {"exit({:shutdown, 1})", "** (exit) shutdown: 1"}
          ] do
        assert {:error, _, error} = evaluate(alone(context), install: code)
        assert hd(short(error)) =~ "couldn't be installed from Hex"
        assert error =~ why
        assert error =~ "clone #{Mix.Project.config()[:source_url]}\n"
      end
    end

    defp alone(context) do
      File.rm(Path.join(context.checkout, "notebooks/setup.exs"))
      context
    end
  end

  defp setup_cell(notebook) do
    [_, cell] = Regex.run(~r/```elixir\n(.*?)\n```/s, File.read!(notebook))
    cell
  end

  defp checksums, do: Path.wildcard("checksum-*.exs")
  defp archives, do: Path.wildcard("dist/*.tar.gz")

  defp copy(file, folder) do
    File.mkdir_p!(Path.dirname(Path.join(folder, file)))
    File.cp!(file, Path.join(folder, file))
  end

  defp copy_archives(folder), do: for(archive <- archives(), do: copy(archive, folder))

  defp fake_cargo(context, script) do
    folder = Path.join(context.checkout, "fake")
    File.mkdir_p!(folder)
    File.write!(Path.join(folder, "cargo"), "#!/bin/sh\n#{script}\n")
    File.chmod!(Path.join(folder, "cargo"), 0o755)
    folder
  end

  # What the replaced Mix.install prints.
  defp installed(context) do
    env = [{"RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH", context.dist}, {"ROUNDTRIP_BUILD", "0"}]
    deps = [{:roundtrip, path: context.checkout}, {:kino, "~> 0.19"}]
    inspect([deps, [system_env: env]], limit: :infinity)
  end

  # The lines of an error whose first one fits into Livebook's width.
  defp short(error) do
    [first | _] = lines = error |> String.trim() |> String.split("\n")
    assert String.length(first) <= @columns
    refute error =~ "setup.exs:", "there is a stack trace: #{error}"
    refute error =~ "#cell:setup", "there is a stack trace: #{error}"
    lines
  end

  # Runs the cell of a notebook. Returns the lines that it printed, and the error that it raised.
  defp evaluate(context, opts \\ []) do
    variables = %{
      "PATH" => opts[:path] || context.checkout,
      "ROUNDTRIP_BUILD" => opts[:build],
      "INSTALL" => opts[:install]
    }

    :peer.call(context.vm, System, :put_env, [variables])
    file = Path.join(context.checkout, "notebooks/index.livemd#cell:setup")
    cell = setup_cell("notebooks/index.livemd")

    {{result, output}, _binding} =
      :peer.call(context.vm, Code, :eval_string, [@evaluate, [cell: cell, file: file]], 60_000)

    lines = String.split(output, "\n", trim: true)
    with {:error, banner} <- result, do: {:error, lines, banner}, else: (:ok -> {:ok, lines})
  end
end
