# shellcheck shell=bash
# Functions of the scripts in bin/, .ci/ and test/release/: messages, installing Elixir, the mode, the archives.

root=$PWD
trap 'say "interrupted; run it again to continue"; exit 130' INT TERM

say() { printf '· %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
need_writable() { [ -w . ] || die "this checkout is read-only; copy it to a folder that you can write to"; }

need_rust() {
  if has cargo && has rustc; then return; fi
  die "Rust is missing: install it from https://rustup.rs, or put archives that were built elsewhere into dist/"
}

apt_install() { # PACKAGE...
  say "installing Debian's $*"
  mkdir -p _build
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; } >_build/apt.log 2>&1 && return
  tail -n 20 _build/apt.log >&2
  die "apt-get could not install $*; the end of its output is above (is there a network?)"
}

# Installs Elixir on Debian and Ubuntu, which package it; elsewhere only says what is missing.
need_elixir() {
  if has mix && has erl; then return; fi
  if has apt-get && [ "$(id -u)" = 0 ]; then apt_install elixir erlang-dev; fi
  if has mix && has erl; then return; fi
  die "Elixir is missing: install 1.14 or newer (https://elixir-lang.org/install.html; on Debian: elixir, erlang-dev)"
}

# macOS lacks the command timeout.
within_a_minute() { if has timeout; then timeout 60 "$@"; else "$@"; fi </dev/null >/dev/null 2>&1; }

# Without a network these commands retry for minutes.
hex_reached() {
  ROUNDTRIP_HEX=0 within_a_minute mix local.hex --force --if-missing && ROUNDTRIP_HEX=1 within_a_minute mix deps.get
}

without_hex() { # REASON
  hex=0
  [ -z "${ROUNDTRIP_HEX:-}" ] || die "ROUNDTRIP_HEX=$ROUNDTRIP_HEX asks for Hex, but $1"
  say "without Hex, since $1: cells that draw with Kino are skipped"
}

# Sets $hex: 1 with Hex, 0 without. Finding out takes seconds, or minutes without a network, so the answer is
# cached for a day, unless ROUNDTRIP_HEX, mix.exs or the elixir on the PATH change.
choose_mode() {
  local answer=_build/mode question
  question="${ROUNDTRIP_HEX:-ask} $(ls -lL "$(command -v elixir)")"
  if [ $answer -nt mix.exs ] && [ "$(head -n 1 $answer)" = "$question" ] && [ -z "$(find $answer -mtime +0)" ]; then
    hex=$(tail -n 1 $answer)
    return
  fi
  hex=1
  if [ "${ROUNDTRIP_HEX:-}" = 0 ]; then hex=0
  elif ! elixir -e 'Version.match?(System.version(), ">= 1.15.0") || System.halt(1)' </dev/null; then without_hex "it needs Elixir 1.15 or newer"
  elif ! hex_reached; then without_hex "it can't be reached"; fi
  mkdir -p _build
  printf '%s\n%s\n' "$question" "$hex" >$answer
}

# Builds and packs the libraries, as for a release; without Rust, uses the archives in dist/.
need_archives() {
  if has cargo && has rustc; then cargo xtask dist --quiet; return; fi
  compgen -G "dist/*.tar.gz" >/dev/null || need_rust
}

# These variables are not exported, so that only mix sees them. With +Bd, Ctrl-C ends the VM at once.
run_mix() {
  ROUNDTRIP_HEX=$hex RUSTLER_PRECOMPILED_GLOBAL_CACHE_PATH=$root/dist \
    ELIXIR_ERL_OPTIONS="${ELIXIR_ERL_OPTIONS:-} +Bd" mix "$@"
}

# Installs the archives in dist/ as a reader without Rust does: with cargo off the PATH.
compile_as_reader() {
  local dir kept="" IFS=:
  for dir in $PATH; do
    if [ ! -x "$dir/cargo" ] && [ ! -x "$dir/rustc" ]; then kept=$kept${kept:+:}$dir; fi
  done
  # Where mix and cargo share a folder, both stay.
  PATH=$kept has mix || kept=$PATH
  PATH=$kept run_mix compile --warnings-as-errors
}

# System.halt(0) in a cell or a test ends the run with exit status 0, so check its journal (Livemd.Journal), too.
run_to_completion() { # COMMAND...
  local journal status=0
  journal=$(mktemp "$root/_build/journal.XXXXXX")
  LIVEMD_JOURNAL=$journal "$@" || status=$?
  if [ $status = 0 ] && [ "$(tail -n 1 "$journal")" != complete ]; then
    status=1
    elixir -pa "$root/_build/*/lib/livemd/ebin" -e 'IO.puts(:stderr, Livemd.Journal.explain(hd(System.argv())))' "$journal"
  fi
  rm -f "$journal"
  return $status
}

watches() { case " $* " in *" --watch "*) ;; *) return 1 ;; esac; }

# With --watch the panics of a lesson are hidden, and the other options run no cell.
runs_cells() {
  case " $* " in *" --watch "* | *" --list "* | *" --progress "* | *" --restart"[\ =]* | *" --reset "*) return 1 ;; esac
}

# With --watch, standard error goes to a file: the deliberate panics of a lesson would hide the reader's own.
run_learn() { # ARGUMENTS OF bin/learn
  local status=0
  if watches "$@"; then (run_mix roundtrip.learn "$@") 2>>"$crashes/stderr" || status=$?
  else run_mix roundtrip.learn "$@" || status=$?; fi
  printf '%s\n' $status >"$crashes/status"
  [ ! -f "$crashes/attempt" ] && return $status
}

after_learn() {
  # Of standard error, Livemd.Practice shows the part of an attempt; this is the rest.
  cat "$crashes/stderr" >&2 2>/dev/null || true
  rm -rf "$crashes"
  # Livemd.Terminal.Keys restores the terminal a moment after a VM that was killed.
  for _ in {1..100}; do
    if [ ! -t 0 ] || stty -a | grep -q ' icanon'; then break; fi
  done
}

# Native code in an exercise may end the VM. Livemd.Practice leaves the exercise's name then, and says so in a new VM.
learn() { # ARGUMENTS OF bin/learn
  local status
  crashes=$(mktemp -d "$root/_build/crashes.XXXXXX")
  export ROUNDTRIP_CRASHES=$crashes
  trap after_learn EXIT
  while :; do
    status=0
    run_to_completion run_learn "$@" || status=$?
    if [ $status = 3 ]; then set -- --watch "$@" && continue; fi
    if [ ! -f "$crashes/attempt" ]; then
      # 141 is learn's own, for a closed pipe.
      [ $status -le 128 ] || [ $status = 141 ] || say "a signal has ended the VM (exit status $status); run it again to continue"
      return $status
    fi
    if [ ! -t 0 ] || [ ! -t 1 ]; then
      die "the code of $(cat "$crashes/attempt") has ended the VM (exit status $(cat "$crashes/status"))"
    fi
  done
}
