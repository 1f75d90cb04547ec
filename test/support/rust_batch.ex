defmodule Roundtrip.RustBatch do
  @moduledoc """
  Compiles the Rust of many cells with one run of cargo, on all cores, so that evaluating them one after
  the other finds each built already.

  A cell that rustc refuses or warns about is left for its evaluation, which needs rustc's text. So is a
  cell whose source isn't a literal string.
  """

  alias Roundtrip.Rust
  alias Roundtrip.Rust.{Build, Cache, Crate}

  @doc "Builds the crates of these cells that aren't built yet. Returns how many it has built."
  @spec build([code :: String.t()]) :: non_neg_integer()
  def build(codes) do
    with nil <- Rust.missing(),
         {:ok, folder} <- Build.folder() do
      codes
      |> Enum.flat_map(&crates/1)
      |> Enum.uniq_by(& &1.name)
      |> Enum.reject(&Build.known(&1, folder))
      # In one workspace, the crates of one cell could change the features of another's.
      |> Enum.group_by(& &1.crates)
      |> Enum.map(fn {named, crates} -> build(named, crates, folder) end)
      |> Enum.sum()
    else
      _missing -> 0
    end
  end

  @doc "Returns the crates that a cell's code would compile."
  @spec crates(String.t()) :: [Crate.t()]
  def crates(code) do
    case Code.string_to_quoted(code) do
      {:ok, quoted} -> for {module, opts} <- uses(quoted), do: crate(module, opts)
      {:error, _} -> []
    end
    |> Enum.reject(&is_nil/1)
  end

  defp uses(quoted) do
    for {:defmodule, _, [{:__aliases__, _, name}, [do: body]]} <- Macro.prewalker(quoted),
        {:use, _, [{:__aliases__, _, [:Roundtrip, :Rust]}, opts]} <- expressions(body),
        do: {Module.concat(name), opts}
  end

  defp expressions({:__block__, _, expressions}), do: expressions
  defp expressions(expression), do: [expression]

  defp crate(module, opts) do
    with true <- Keyword.keyword?(opts),
         source when is_binary(source) <- literal(opts[:source]),
         do: Crate.new(module, source, opts[:crates] || []),
         else: (_computed -> nil)
  rescue
    # The cell raises it too.
    ArgumentError -> nil
  end

  defp literal({:sigil_S, _, [{:<<>>, _, [text]}, []]}), do: text
  defp literal(source), do: source

  # A single cell is built as quickly by itself.
  defp build(_named, crates, _folder) when length(crates) < 2, do: 0

  defp build(named, crates, folder) do
    workspace = Path.join([folder, "batches", Cache.unique()])

    # Without a network, for example, the cells say why.
    case Build.prepare(named) do
      :ok -> build_in(workspace, crates, folder)
      {:error, _text} -> 0
    end
  end

  defp build_in(workspace, crates, folder) do
    write_workspace(crates, workspace)
    text = cargo(workspace, folder)

    clean = Enum.reject(crates, &String.contains?(text, &1.name))
    for crate <- clean, do: Crate.write!(crate, Build.cells(folder))
    for crate <- clean, do: Build.built!(crate, folder, "")
    length(clean)
  after
    File.rm_rf!(workspace)
  end

  # Profiles and the lock file belong to the root of a workspace.
  defp write_workspace(crates, workspace) do
    [profile] =
      for crate <- crates, uniq: true do
        manifest = Path.join(Crate.write!(crate, workspace), "Cargo.toml")
        [package, profile] = manifest |> File.read!() |> String.split("[profile.dev]")
        File.write!(manifest, String.replace(package, "[workspace]\n", ""))
        profile
      end

    File.write!(Path.join(workspace, "Cargo.toml"), """
    [workspace]
    resolver = "3"
    members = #{inspect(Enum.map(crates, & &1.name), limit: :infinity)}

    [profile.dev]
    #{profile}
    """)

    lock = Path.join([workspace, hd(crates).name, "Cargo.lock"])
    File.rename!(lock, Path.join(workspace, "Cargo.lock"))
  end

  # In the short form, each message begins with the path of its source, which contains the crate's name.
  defp cargo(workspace, folder) do
    args = ~w(build --keep-going --quiet --message-format short --color never --target-dir)

    {_status, lines} =
      Rust.Cargo.run(args ++ [Build.target(folder)], workspace, [], fn
        {:line, line}, lines -> [line | lines]
        :silence, lines -> lines
      end)

    Enum.join(lines, "\n")
  end
end
