defmodule Roundtrip.RustFences.Cargo do
  @moduledoc false
  # Compiles fences with one run of cargo, as the examples of a package. A control example must compile
  # with a warning: otherwise the package is broken, and the errors aren't those of the fences.

  @control """
  #![allow(unused)]
  #[deprecated(note = "the control was checked")]
  fn control() {}
  fn call() {
      control()
  }
  """

  @control_seen "the control was checked"

  @type claim :: %{code: String.t()}

  @doc "Returns the error codes of each claim, in the order of the claims."
  @spec check([claim()], keyword()) :: {:ok, [[String.t() | nil]]} | {:error, String.t()}
  def check(claims, opts) do
    dir = opts |> Keyword.fetch!(:dir) |> Path.expand()
    write(dir, claims, opts)
    output = cargo(dir, opts)

    if control?(output) do
      {:ok, Enum.map(1..length(claims), &errors(output, &1))}
    else
      {:error, "the fences' package doesn't compile at all:\n" <> String.trim(output)}
    end
  end

  defp write(dir, claims, opts) do
    examples = Path.join(dir, "examples")
    File.mkdir_p!(Path.join(dir, "src"))
    File.mkdir_p!(examples)
    names = for index <- 1..length(claims), do: name(index)

    for stale <- File.ls!(examples) -- Enum.map(names, &"#{&1}.rs"),
        do: File.rm!(Path.join(examples, stale))

    if lock = opts[:lock], do: put(Path.join(dir, "Cargo.lock"), File.read!(lock))
    put(Path.join(dir, "Cargo.toml"), manifest(["control" | names], opts))
    put(Path.join(dir, "src/lib.rs"), "")
    put(Path.join(examples, "control.rs"), @control)

    for {name, claim} <- Enum.zip(names, claims) do
      # On the same line as the code, so that rustc's line numbers are those of the fence.
      put(Path.join(examples, "#{name}.rs"), "#![allow(unused)] " <> claim.code <> "\n")
    end
  end

  # An unchanged file keeps its time stamp, so that cargo doesn't compile it again.
  defp put(path, text) do
    if File.read(path) != {:ok, text}, do: File.write!(path, text)
  end

  defp manifest(names, opts) do
    """
    [package]
    name = "fences"
    version = "0.0.0"
    edition = "2021"
    publish = false

    [workspace]

    [dependencies]
    #{opts[:dependencies]}
    """ <> Enum.map_join(names, &example/1)
  end

  defp example(name) do
    """

    [[example]]
    name = "#{name}"
    path = "examples/#{name}.rs"
    crate-type = ["lib"]
    """
  end

  defp cargo(dir, opts) do
    args = ~w(check --examples --keep-going --message-format=short --color=never)
    target = opts[:target_dir] || Path.join(dir, "target")

    # Flags that are set for the crates of the project must not apply here.
    env = [
      {"CARGO_TARGET_DIR", Path.expand(target)},
      {"RUSTFLAGS", nil},
      {"CARGO_ENCODED_RUSTFLAGS", nil},
      {"CARGO_TERM_QUIET", nil}
    ]

    {output, _status} =
      System.cmd("cargo", args ++ (opts[:cargo_args] || []),
        cd: dir,
        env: env,
        stderr_to_stdout: true
      )

    output
  end

  defp control?(output) do
    output =~ @control_seen and not (output =~ ~r/could not compile .*"control"/) and
      not (output =~ ~r/^error: could not compile `(?!fences`)/m)
  end

  # In the short form a message is a line: `examples/fence_1.rs:3:5: error[E0596]: ...`.
  defp errors(output, index) do
    own = ~r/^examples[\/\\]#{name(index)}\.rs:\d+:\d+: error(?:\[(E\d{4})\])?:/m

    case Regex.scan(own, output, capture: :all_but_first) do
      [] -> elsewhere(output, index)
      found -> found |> Enum.map(&List.first/1) |> Enum.uniq()
    end
  end

  # An error that is reported in another file still rejects the fence.
  defp elsewhere(output, index) do
    if output =~ ~r/could not compile `fences` \(example "#{name(index)}"\)/, do: [nil], else: []
  end

  defp name(index), do: "fence_#{index}"
end
