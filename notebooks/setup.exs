# Installs Roundtrip from this checkout. The setup cell of every notebook evaluates this file.
#
# The NIF libraries are installed from the archives in dist/. Without archives that match the
# checksum files, cargo builds them first. ROUNDTRIP_BUILD=1 builds in any case: set it when you
# change the Rust in native/.
#
# Errors are raised without a stack trace, because it would hide what to do.

checkout = Path.expand("..", __DIR__)
dist = Path.join(checkout, "dist")

[_, version] = Regex.run(~r/@version "(.+)"/, File.read!(Path.join(checkout, "mix.exs")))

# Nothing of the package is compiled yet, and these three modules are enough to check an archive.
# They are deleted again, so that Elixir doesn't warn when it compiles the package.
modules =
  for name <- ~w(target machine archive),
      {module, _bytecode} <-
        Code.compile_file("lib/roundtrip/precompiled/#{name}.ex", checkout),
      do: module

checksums = Path.wildcard(Path.join(checkout, "checksum-*.exs"))

archived? = Enum.all?(checksums, &Roundtrip.Precompiled.Archive.available?(dist, &1, version))

for module <- modules do
  :code.delete(module)
  :code.purge(module)
end

cond do
  archived? and System.get_env("ROUNDTRIP_BUILD") != "1" ->
    :ok

  cargo = System.find_executable("cargo") ->
    IO.puts("Building Roundtrip's Rust with cargo. The first build takes a minute or two.")
    options = [cd: checkout, into: IO.stream(:stdio, :line), stderr_to_stdout: true]
    {_output, status} = System.cmd(cargo, ["xtask", "dist"], options)

    if status != 0 do
      message = "cargo xtask dist failed with status #{status}. Its output is above."
      reraise RuntimeError, [message: message], []
    end

  true ->
    message = """
    Roundtrip needs cargo to build its Rust, and finds none.

    Install Rust (https://rustup.rs), start Livebook again, and evaluate this cell again.
    Or copy dist/ and checksum-*.exs from a checkout of this version that was built on a
    machine like this one (#{:erlang.system_info(:system_architecture)}): then no Rust is needed.
    """

    reraise RuntimeError, [message: message], []
end

try do
  Mix.install([{:roundtrip, path: checkout}, {:kino, "~> 0.19"}],
    system_env: [
      {"RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH", dist},
      # The libraries are built already.
      {"ROUNDTRIP_BUILD", "0"}
    ]
  )
catch
  kind, reason ->
    message = """
    Roundtrip couldn't be installed from this checkout.

    #{Exception.format_banner(kind, reason)}

    Without a network, Kino can't be fetched from Hex. `bin/learn` runs the lessons in
    the terminal, and needs no Kino.
    """

    reraise Mix.Error, [message: message], []
end
