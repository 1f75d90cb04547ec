use super::*;

const WINDOWS: &str = "x86_64-pc-windows-msvc";
const MAC: &str = "aarch64-apple-darwin";

fn target(name: &str, oldest_system: Option<Version>) -> Target {
    Target {
        oldest_system,
        ..Target::without_limit(name)
    }
}

/// Returns the error message, or panics if the library is accepted.
#[track_caller]
fn refusal(target: &Target, bytes: &[u8]) -> String {
    match check(target, "libshop.so", bytes) {
        Ok(needed) => panic!("accepted, needs {needed:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_file_that_is_not_a_library() {
    let message = refusal(&target(WINDOWS, None), b"#!/bin/sh\n");
    assert_eq!(message, "libshop.so isn't a library");
}

/// Libraries for Linux, made by the C compiler that Rust links with.
#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
mod elf {
    use std::process::Command;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::{env, fs, process};

    use super::*;

    const GNU: &str = "x86_64-unknown-linux-gnu";
    const MUSL: &str = "x86_64-unknown-linux-musl";
    const ENTRY: &str = "int nif_init(void) { return 0; }";

    fn compile(c: &str, flags: &[&str]) -> Result<Vec<u8>> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("xtask-{}-{next}", process::id()));
        fs::create_dir_all(&folder)?;
        let (source, library) = (folder.join("shop.c"), folder.join("libshop.so"));
        fs::write(&source, c)?;
        let status = Command::new("cc")
            .args(["-shared", "-fPIC", "-Wl,--no-as-needed", "-o"])
            .args([&library, &source])
            .args(flags)
            .status()?;
        ensure!(status.success(), "cc failed");
        let bytes = fs::read(&library)?;
        fs::remove_dir_all(&folder)?;
        Ok(bytes)
    }

    #[test]
    fn without_the_nif_entry() -> Result<()> {
        let library = compile("int other(void) { return 0; }", &[])?;
        let message = refusal(&target(GNU, None), &library);
        assert!(message.starts_with("libshop.so doesn't export nif_init"));
        Ok(())
    }

    #[test]
    fn a_hidden_entry() -> Result<()> {
        let hidden = r#"__attribute__((visibility("hidden"))) int nif_init(void) { return 0; }"#;
        let message = refusal(&target(GNU, None), &compile(hidden, &[])?);
        assert!(message.contains("doesn't export nif_init"));
        Ok(())
    }

    #[test]
    fn an_entry_that_is_only_called() -> Result<()> {
        let called = "void nif_init(void); void other(void) { nif_init(); }";
        let message = refusal(&target(GNU, None), &compile(called, &[])?);
        assert!(message.contains("doesn't export nif_init"));
        Ok(())
    }

    #[test]
    fn a_newer_glibc_than_promised() -> Result<()> {
        let library = compile(
            "#include <stdlib.h>\n#include <string.h>\n\
             void *nif_init(char *a, char *b) { return memcpy(a, b, 9999 + atoi(b)); }",
            &[],
        )?;
        let message = refusal(&target(GNU, Some(Version::new(2, 1))), &library);
        assert!(message.contains("libshop.so needs glibc 2."), "{message}");
        assert!(message.contains("promises that 2.1 is enough"), "{message}");

        // memcpy has had this version since glibc 2.14.
        let needed = check(
            &target(GNU, Some(Version::new(2, 99))),
            "libshop.so",
            &library,
        )?;
        assert!(needed >= Some(Version::new(2, 14)), "{needed:?}");
        assert_eq!(check(&target(GNU, None), "libshop.so", &library)?, needed);
        Ok(())
    }

    #[test]
    fn a_symbol_version_without_a_number() {
        assert_eq!(glibc_version("GLIBC_2.2.5"), Some(Version::new(2, 2)));
        assert_eq!(
            glibc_version("GLIBC_ABI_DT_RELR"),
            Some(Version::new(2, 36))
        );
        assert_eq!(glibc_version("GLIBC_PRIVATE"), None);
        assert_eq!(glibc_version("GCC_3.0"), None);
    }

    #[test]
    fn on_musl_a_library_that_alpine_lacks() -> Result<()> {
        let message = refusal(&target(MUSL, None), &compile(ENTRY, &["-lgcc_s"])?);
        assert!(message.contains("libgcc_s.so.1"), "{message}");
        assert!(
            message.contains("which a bare Alpine doesn't have"),
            "{message}"
        );
        Ok(())
    }

    #[test]
    fn on_musl_an_unwinder_that_is_not_linked_in() -> Result<()> {
        let unwinds =
            "void _Unwind_Resume(void *); int nif_init(void) { _Unwind_Resume(0); return 0; }";
        let message = refusal(&target(MUSL, None), &compile(unwinds, &["-nostdlib"])?);
        assert!(
            message.contains("expects _Unwind_Resume from libgcc_s"),
            "{message}"
        );
        Ok(())
    }

    #[test]
    fn on_musl_a_library_that_needs_nothing() -> Result<()> {
        check(
            &target(MUSL, None),
            "libshop.so",
            &compile(ENTRY, &["-nostdlib"])?,
        )?;
        Ok(())
    }

    #[test]
    fn a_library_for_another_machine() -> Result<()> {
        let library = compile(ENTRY, &[])?;
        let message = refusal(&target("aarch64-unknown-linux-gnu", None), &library);
        assert_eq!(
            message,
            "libshop.so is a library for X86_64 (Elf), not for aarch64-unknown-linux-gnu"
        );
        assert!(refusal(&target(MAC, None), &library).contains("not for aarch64-apple-darwin"));
        Ok(())
    }
}

#[test]
fn musl_libc_has_several_names() {
    for name in [
        "libc.so",
        "libc.so.1",
        "libc.musl-x86_64.so.1",
        "libc.musl-aarch64.so",
    ] {
        assert!(is_musl(name), "{name}");
    }
    for name in ["libc.so.6", "libm.so", "libgcc_s.so.1"] {
        assert!(!is_musl(name), "{name}");
    }
}

/// The smallest 64-bit Mach-O library that the parser accepts.
struct MachO {
    id: &'static str,
    loads: &'static [&'static str],
    symbol: &'static str,
    /// Packed as xxxx.yy.zz.
    minos: u32,
}

impl MachO {
    const FIT: Self = Self {
        id: "@rpath/libshop.so",
        loads: &["/usr/lib/libSystem.B.dylib"],
        symbol: "_nif_init",
        minos: 11 << 16,
    };

    fn bytes(&self) -> Vec<u8> {
        const HEADER: usize = 32;
        const SYMTAB: usize = 24;
        let mut commands = dylib_command(0xd, self.id);
        for path in self.loads {
            commands.extend(dylib_command(0xc, path));
        }
        // LC_BUILD_VERSION: macOS, the oldest system, the SDK, no tools.
        commands.extend(words(&[0x32, 24, 1, self.minos, self.minos, 0]));
        let symbols = HEADER + commands.len() + SYMTAB;
        let names = symbols + 16;
        let length = self.symbol.len() + 2;
        // LC_SYMTAB: one symbol, then the names.
        commands.extend(words(&[
            2,
            24,
            symbols as u32,
            1,
            names as u32,
            length as u32,
        ]));

        let count = self.loads.len() as u32 + 3;
        let mut bytes = words(&[
            0xfeed_facf,
            0x0100_000c,
            0,
            6,
            count,
            commands.len() as u32,
            0,
            0,
        ]);
        bytes.extend(commands);
        // Its name, N_ABS | N_EXT, its value.
        bytes.extend(words(&[1, 3, 0, 0]));
        bytes.push(0);
        bytes.extend(self.symbol.as_bytes());
        bytes.push(0);
        bytes
    }
}

fn dylib_command(kind: u32, path: &str) -> Vec<u8> {
    let size = (24 + path.len() + 1).next_multiple_of(8);
    let mut command = words(&[kind, size as u32, 24, 0, 0, 0]);
    command.extend(path.as_bytes());
    command.resize(size, 0);
    command
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[test]
fn on_macos_a_library_that_every_mac_loads() -> Result<()> {
    let needed = check(&target(MAC, None), "libshop.so", &MachO::FIT.bytes())?;
    assert_eq!(needed, Some(Version::new(11, 0)));
    Ok(())
}

#[test]
fn on_macos_without_the_nif_entry() {
    for symbol in ["nif_init", "_other"] {
        let library = MachO {
            symbol,
            ..MachO::FIT
        };
        let message = refusal(&target(MAC, None), &library.bytes());
        assert!(message.contains("doesn't export nif_init"));
    }
}

#[test]
fn on_macos_a_dependency_on_the_builders_disk() {
    let loads = &[
        "/usr/lib/libSystem.B.dylib",
        "/opt/homebrew/lib/libz.1.dylib",
    ];
    let message = refusal(
        &target(MAC, None),
        &MachO {
            loads,
            ..MachO::FIT
        }
        .bytes(),
    );
    assert!(
        message
            .contains("names /opt/homebrew/lib/libz.1.dylib, a path on the machine that built it"),
        "{message}"
    );
}

#[test]
fn on_macos_an_install_name_on_the_builders_disk() {
    let id = "/Users/maker/native/target/libshop.dylib";
    let message = refusal(&target(MAC, None), &MachO { id, ..MachO::FIT }.bytes());
    assert!(message.contains("names /Users/maker"), "{message}");
}

#[test]
fn on_macos_a_newer_system_than_promised() -> Result<()> {
    let target = target(MAC, Some(Version::new(11, 0)));
    let minos = 12 << 16 | 3 << 8;
    let message = refusal(
        &target,
        &MachO {
            minos,
            ..MachO::FIT
        }
        .bytes(),
    );
    assert!(
        message.contains("needs macOS 12.3, but targets.txt promises that 11.0 is enough"),
        "{message}"
    );
    check(&target, "libshop.so", &MachO::FIT.bytes())?;
    Ok(())
}

/// Returns a Windows library whose only section is the export table.
fn dll(symbol: &str) -> Vec<u8> {
    const RVA: u32 = 0x1000;
    const EXPORTS: u32 = 40;
    let name = RVA + EXPORTS + 12;
    // One function, one name; the addresses of functions, names and ordinals; then these.
    let mut section = words(&[0, 0, 0, name, 1, 1, 1]);
    section.extend(words(&[
        RVA + EXPORTS,
        RVA + EXPORTS + 4,
        RVA + EXPORTS + 8,
    ]));
    // An address within the table would be a forwarder.
    section.extend(words(&[2 * RVA, name, 0]));
    section.extend(symbol.as_bytes());
    section.push(0);

    let mut bytes = b"MZ".to_vec();
    bytes.resize(60, 0);
    bytes.extend(words(&[64]));
    bytes.extend(b"PE\0\0\x64\x86\x01\0");
    bytes.extend(words(&[0, 0, 0]));
    // Of the optional header's 240 bytes: its magic, the number of tables, and the first, of exports.
    bytes.extend(b"\xf0\0\x22\x20");
    let mut optional = words(&[0x20b]);
    optional.resize(108, 0);
    optional.extend(words(&[16, RVA, section.len() as u32]));
    optional.resize(240, 0);
    bytes.extend(optional);
    let (start, size) = (bytes.len() as u32 + 40, section.len() as u32);
    bytes.extend(b".edata\0\0");
    bytes.extend(words(&[size, RVA, size, start, 0, 0, 0, 0x4000_0040]));
    bytes.extend(section);
    bytes
}

#[test]
fn on_windows_the_nif_entry() -> Result<()> {
    let target = target(WINDOWS, None);
    check(&target, "shop.dll", &dll("nif_init"))?;
    assert!(refusal(&target, &dll("other")).contains("doesn't export nif_init"));
    Ok(())
}
