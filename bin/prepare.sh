# shellcheck shell=bash
# What bin/learn, bin/test and bin/artifacts share: messages, and making the machine ready.

# Ctrl-C ends the VM at once, in place of asking what to do with it.
export ELIXIR_ERL_OPTIONS="${ELIXIR_ERL_OPTIONS:-} +Bd"

say() { printf '· %s\n' "$*" >&2; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

interrupted() {
  printf '\n%s: interrupted; run it again and it goes on from here\n' "$(basename "$0")" >&2
  exit 130
}

has() { command -v "$1" >/dev/null 2>&1; }

sha256() {
  if has sha256sum; then sha256sum "$1" | cut -d' ' -f1; else shasum -a 256 "$1" | cut -d' ' -f1; fi
}

# What is shipped: each NIF module names its crate and the crate's folder at its head, and nothing else does.
libraries() {
  find lib -name '*.ex' -exec awk '
    /^defmodule / { module = $2 }
    /^  use Roundtrip\.Precompiled, crate: ".*", path: "/ { split($0, part, "\""); print part[2], module, part[4] }
  ' {} + | LC_ALL=C sort
}

# Runs a command for each library, which it finds in $crate, $folder and $checksums.
# shellcheck disable=SC2034 # the commands read them
each_library() { # COMMAND...
  local all crate module folder checksums
  all=$(libraries)
  [ -n "$all" ] || die "no module in lib/ uses Roundtrip.Precompiled"
  while read -r crate module folder <&3; do
    checksums=checksum-Elixir.$module.exs
    "$@"
  done 3<<<"$all"
}

# What the committed checksums were made with (Debian 12, rustc 1.95.0).
# shellcheck disable=SC2034 # bin/test reads it
pinned_toolchain="rustc 1.95.0 x86_64-unknown-linux-gnu, GNU ld (GNU Binutils for Debian) 2.40"

toolchain() {
  local release host linker
  release=$(rustc -vV | sed -n 's/^release: //p')
  host=$(rustc -vV | sed -n 's/^host: //p')
  linker=$(ld --version 2>/dev/null | head -n 1 || true)
  printf 'rustc %s %s, %s' "$release" "$host" "${linker:-no ld}"
}

need_writable() {
  [ -w . ] || die "this checkout is read-only; copy it to a folder you can write to and run it there"
}

need_rust() {
  has cargo && has rustc && return
  die "Rust is missing: install it from https://rustup.rs, or put an archive that was built elsewhere into dist/"
}

elixir_install_hint="install Elixir 1.14 or newer (https://elixir-lang.org/install.html)"

# Debian and Ubuntu have Elixir in their own packages; anywhere else we only say what is missing.
need_elixir() {
  if has mix && has erl; then return; fi
  has apt-get || die "Elixir is missing: $elixir_install_hint"
  [ "$(id -u)" = 0 ] || die "Elixir is missing: sudo apt-get install elixir erlang-dev, or $elixir_install_hint"
  say "Elixir is missing; installing Debian's (elixir, erlang-dev)"
  local log
  log=$(mktemp)
  if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends elixir erlang-dev; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "apt-get could not install Elixir; its last lines are above (is there a network?). Run this again, or $elixir_install_hint"
  fi
  rm -f "$log"
  if ! has mix || ! has erl; then die "Elixir was installed, but mix is not on the PATH: $elixir_install_hint"; fi
}

elixir_at_least() {
  elixir -e "System.halt(if Version.match?(System.version(), \">= $1\"), do: 0, else: 1)" </dev/null
}

# Hex mode wants Elixir 1.15 or newer and a reachable Hex; otherwise the lessons run without.
choose_mode() {
  if [ -n "${ROUNDTRIP_HEX:-}" ]; then
    if [ "$ROUNDTRIP_HEX" = 0 ]; then
      say "without Hex, as ROUNDTRIP_HEX=0 asks"
    else
      mix deps.get >&2 || die "mix deps.get failed; ROUNDTRIP_HEX=0 $0 goes on without Hex"
    fi
  elif ! elixir_at_least 1.15.0; then
    ROUNDTRIP_HEX=0
    say "without Hex: it needs Elixir 1.15 or newer; cells that draw with Kino are skipped"
  elif ! hex_reached; then
    ROUNDTRIP_HEX=0
    say "without Hex, which cannot be reached; cells that draw with Kino are skipped"
  else
    ROUNDTRIP_HEX=1
  fi
  export ROUNDTRIP_HEX
}

# macOS has no timeout, and goes without a bound.
within() {
  local seconds=$1
  shift
  if has timeout; then timeout "$seconds" "$@"; else "$@"; fi
}

# mix local.hex is quiet about a missing network only after some retries: bound its time.
hex_reached() {
  ROUNDTRIP_HEX=0 within 60 mix local.hex --force --if-missing </dev/null >/dev/null 2>&1 &&
    ROUNDTRIP_HEX=1 within 120 mix deps.get </dev/null >/dev/null 2>&1
}

# Builds and packs as CI does; without Rust an archive that somebody put into dist/ will do.
play_ci() {
  if has cargo && has rustc; then
    bin/artifacts
  elif compgen -G "dist/*.tar.gz" >/dev/null; then
    say "Rust is missing; installing from the archives in dist/"
  else
    need_rust
  fi
}

path_without_cargo() {
  local dir kept=() IFS=:
  for dir in $PATH; do
    if [ ! -x "$dir/cargo" ] && [ ! -x "$dir/rustc" ]; then kept+=("$dir"); fi
  done
  printf '%s' "${kept[*]}"
}

# Runs a command as somebody without Rust would: artifacts from dist/, cargo off the PATH.
as_reader() {
  local path
  path=$(path_without_cargo)
  if ! PATH=$path command -v mix >/dev/null; then
    say "cargo stands in the same folder as mix and stays on the PATH"
    path=$PATH
  fi
  PATH=$path RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH=$PWD/dist "$@"
}
