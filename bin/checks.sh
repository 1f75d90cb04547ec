# shellcheck shell=bash
# What must be true of an artifact before it gets its name. Sourced by bin/artifacts, after prepare.sh.
# No grep -q here: it stops reading, and pipefail would take the closed pipe for a failed check.

max_archive_bytes() { # ARCHIVE
  case "$1" in
    *roundtrip_server-v*) echo 1000000 ;; # hyper and tokio
    *) echo 500000 ;;
  esac
}

check_library() { # TARGET FILE [NEWEST_GLIBC]
  case "$1" in
    *windows*) check_windows "$2" ;;
    *darwin*) check_macos "$2" ;;
    *musl*) check_elf_entry "$2" && check_musl "$2" ;;
    *) check_elf_entry "$2" && check_glibc "$2" "${3:-}" ;;
  esac
}

# The first of the tools that is here; a check without its tool is skipped aloud, not silently.
tool_for() { # WHAT TOOL...
  local what=$1 tool
  shift
  for tool in "$@"; do
    if has "$tool"; then printf '%s' "$tool" && return; fi
  done
  say "not checked: $what (none of these is here: $*)"
  return 1
}

no_entry() { die "$(basename "$1") does not export nif_init, so no VM can load it: is rustler::init! in the crate's lib.rs?"; }

check_elf_entry() { # FILE
  local readelf
  readelf=$(tool_for "the exported NIF entry" readelf llvm-readelf greadelf) || return 0
  "$readelf" -W --dyn-syms "$1" | awk '$5 == "GLOBAL" && $7 != "UND" && $8 == "nif_init" { found = 1 } END { exit !found }' || no_entry "$1"
}

# GLIBC_ABI_DT_RELR is a version without a number: linkers ask for it since 2.36.
glibc_needed() { # READELF FILE
  "$1" -W --version-info "$2" | sed 's/GLIBC_ABI_DT_RELR/GLIBC_2.36/g' | grep -o 'GLIBC_[0-9][0-9.]*' |
    sed 's/GLIBC_//' | sort -t. -k1,1n -k2,2n -k3,3n | tail -n 1
}

newer() { # A B: whether version A is newer than B, by their first two numbers
  awk -v a="$1" -v b="$2" 'BEGIN { split(a, x, "."); split(b, y, "."); exit !(x[1] * 1000 + x[2] > y[1] * 1000 + y[2]) }'
}

check_glibc() { # FILE [NEWEST]; without a promise the number is only said
  local file=$1 newest=${2:-} readelf needed
  readelf=$(tool_for "the glibc that it needs" readelf llvm-readelf greadelf) || return 0
  needed=$(glibc_needed "$readelf" "$file" || true)
  if [ -z "$newest" ]; then
    say "it needs glibc ${needed:-of any version}; the released one is built for an older glibc (bin/artifacts --help)"
  elif [ -n "$needed" ] && newer "$needed" "$newest"; then
    die "$(basename "$file") needs glibc $needed, but $newest is promised (lib/roundtrip/precompiled/targets.txt): build it with cargo-zigbuild for that version"
  else
    say "it needs glibc ${needed:-of any version}, and $newest is promised"
  fi
}

check_musl() { # FILE
  local file=$1 readelf foreign unwind
  readelf=$(tool_for "that it needs musl's libc alone" readelf llvm-readelf greadelf) || return 0
  foreign=$("$readelf" -W -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE '^libc(\.musl-[a-z0-9_]+)?\.so(\.1)?$' | tr '\n' ' ' || true)
  [ -z "$foreign" ] ||
    die "$(basename "$file") needs ${foreign% }, which a bare Alpine lacks: it may need musl's libc alone (build it with cargo-zigbuild)"
  unwind=$("$readelf" -W --dyn-syms "$file" | awk '$7 == "UND" && $8 ~ /^_Unwind_/ { print $8 }' | tail -n 1)
  [ -z "$unwind" ] ||
    die "$(basename "$file") leaves $unwind to a libgcc_s that a bare Alpine lacks: link the unwinder in (build it with cargo-zigbuild)"
}

check_macos() { # FILE
  local file=$1 nm otool foreign
  if nm=$(tool_for "the exported NIF entry" nm llvm-nm); then
    "$nm" -g "$file" | grep ' T _nif_init$' >/dev/null || no_entry "$file"
  fi
  otool=$(tool_for "what it loads" otool llvm-otool) || return 0
  foreign=$("$otool" -L "$file" | foreign_to_macos)
  [ -z "$foreign" ] ||
    die "$(basename "$file") loads $foreign from the builder's disk, which no other Mac has"
}

# Reads otool -L: its first line is the file itself, and its paths end before " (compatibility".
foreign_to_macos() {
  sed -n '2,$s/^[[:space:]]*\(.*\) (compat.*/\1/p' | grep -vE '^(/usr/lib/|/System/Library/|@rpath/)' | tr '\n' ' ' || true
}

check_windows() { # FILE
  local objdump
  objdump=$(tool_for "the exported NIF entry" objdump llvm-objdump) || return 0
  "$objdump" -p "$1" | grep -w nif_init >/dev/null || no_entry "$1"
}

check_archive() { # TAR ARCHIVE LIBRARY
  local held
  held=$("$1" -tzf "$2") || die "$2 is not a readable archive"
  [ "$held" = "$3" ] || die "$2 must hold $3 alone, but holds: $held"
  check_size "$2"
}

check_size() { # ARCHIVE
  local bytes limit
  bytes=$(($(wc -c <"$1")))
  limit=$(max_archive_bytes "$1")
  [ "$bytes" -le "$limit" ] ||
    die "$(basename "$1") has $((bytes / 1000)) kB, and $((limit / 1000)) kB is the limit: see what has grown (cargo bloat), or raise max_archive_bytes in bin/checks.sh"
}
