//! Checks a library before it is packed. It parses the library itself, so that every check runs on every
//! system, whatever tools are installed.

use anyhow::{Context, Result, bail, ensure};
use object::read::elf::{ElfFile, FileHeader};
use object::read::macho::{LoadCommandVariant, MachHeader, MachOFile};
use object::{Architecture, File, Object};

use crate::target::{System, Target, Version};

#[cfg(test)]
mod tests;

/// Rejects a library that readers could not load. Returns the newest glibc or macOS that it needs, if any.
pub(crate) fn check(target: &Target, file_name: &str, bytes: &[u8]) -> Result<Option<Version>> {
    let file = File::parse(bytes).with_context(|| format!("{file_name} isn't a library"))?;
    check_format(target, file_name, &file)?;
    check_entry(file_name, &file)?;
    let needed = match &file {
        File::Elf32(elf) => check_elf(target, file_name, &file, elf)?,
        File::Elf64(elf) => check_elf(target, file_name, &file, elf)?,
        File::MachO64(macho) => check_macho(file_name, &file, macho)?,
        _ => None,
    };
    check_oldest_system(target, file_name, needed)?;
    Ok(needed)
}

fn check_format(target: &Target, file_name: &str, file: &File) -> Result<()> {
    let fits = match target.system() {
        System::Glibc | System::Musl => matches!(file, File::Elf32(_) | File::Elf64(_)),
        System::MacOs => matches!(file, File::MachO64(_)),
        System::Windows => matches!(file, File::Pe64(_)),
    };
    let (format, architecture) = (file.format(), file.architecture());
    ensure!(
        fits && architecture_of(target).is_none_or(|expected| expected == architecture),
        "{file_name} is a library for {architecture:?} ({format:?}), not for {}",
        target.name
    );
    Ok(())
}

fn architecture_of(target: &Target) -> Option<Architecture> {
    match target.name.split('-').next()? {
        "aarch64" => Some(Architecture::Aarch64),
        "arm" => Some(Architecture::Arm),
        "riscv64gc" => Some(Architecture::Riscv64),
        "x86_64" => Some(Architecture::X86_64),
        _ => None,
    }
}

fn check_entry(file_name: &str, file: &File) -> Result<()> {
    let entry: &[u8] = match file {
        File::MachO64(_) => b"_nif_init",
        _ => b"nif_init",
    };
    for export in file.exports()? {
        if export?.name().name() == Some(entry) {
            return Ok(());
        }
    }
    bail!(
        "{file_name} doesn't export nif_init, so the VM can't load it: \
         is `rustler::init!` called in the crate's lib.rs?"
    )
}

fn check_elf<'data, Elf: FileHeader>(
    target: &Target,
    file_name: &str,
    file: &File<'data>,
    elf: &ElfFile<'data, Elf>,
) -> Result<Option<Version>> {
    if target.system() == System::Musl {
        check_musl(file_name, file)?;
        return Ok(None);
    }
    newest_glibc(elf)
}

/// Rejects libraries that need more than musl's libc, which is all that a bare Alpine has.
fn check_musl(file_name: &str, file: &File) -> Result<()> {
    let needed = libraries_needed(file)?;
    let foreign: Vec<_> = needed.iter().filter(|name| !is_musl(name)).collect();
    ensure!(
        foreign.is_empty(),
        "{file_name} needs {}, which a bare Alpine doesn't have: only musl's libc may be needed \
         (cargo-zigbuild links it so)",
        join(&foreign)
    );
    for symbol in file.imports()? {
        let symbol = symbol?;
        let name = String::from_utf8_lossy(symbol.name().name().unwrap_or_default()).into_owned();
        ensure!(
            !name.starts_with("_Unwind_"),
            "{file_name} expects {name} from libgcc_s, which a bare Alpine doesn't have: \
             link the unwinder in (cargo-zigbuild does)"
        );
    }
    Ok(())
}

fn is_musl(library: &str) -> bool {
    matches!(library, "libc.so" | "libc.so.1")
        || library
            .strip_prefix("libc.musl-")
            .is_some_and(|rest| rest.ends_with(".so") || rest.ends_with(".so.1"))
}

fn newest_glibc<'data, Elf: FileHeader>(elf: &ElfFile<'data, Elf>) -> Result<Option<Version>> {
    let (endian, sections) = (elf.endian(), elf.elf_section_table());
    let Some((libraries, strings)) = sections.gnu_verneed(endian, elf.data())? else {
        return Ok(None);
    };
    let strings = sections.strings(endian, elf.data(), strings)?;
    let mut newest = None;
    for library in libraries {
        let (_, versions) = library?;
        for version in versions {
            let name = version?.name(endian, strings)?;
            newest = newest.max(glibc_version(&String::from_utf8_lossy(name)));
        }
    }
    Ok(newest)
}

fn glibc_version(symbol_version: &str) -> Option<Version> {
    match symbol_version {
        // Linkers require this version without a number since glibc 2.36.
        "GLIBC_ABI_DT_RELR" => Some(Version::new(2, 36)),
        name => name.strip_prefix("GLIBC_")?.parse().ok(),
    }
}

/// Rejects a library that contains paths of the build machine. Returns the oldest macOS that loads it.
fn check_macho<'data, Mach: MachHeader>(
    file_name: &str,
    file: &File<'data>,
    macho: &MachOFile<'data, Mach>,
) -> Result<Option<Version>> {
    let endian = macho.endian();
    let mut paths = libraries_needed(file)?;
    let mut oldest = None;
    for command in macho.macho_load_commands()? {
        let command = command?;
        match command.variant()? {
            LoadCommandVariant::IdDylib(id) => {
                paths.push(text(command.string(endian, id.dylib.name)?));
            }
            LoadCommandVariant::BuildVersion(version, _) => {
                oldest = Some(macos_version(version.minos.get(endian).0));
            }
            LoadCommandVariant::VersionMin(version) => {
                oldest = Some(macos_version(version.version.get(endian).0));
            }
            _ => {}
        }
    }
    let foreign: Vec<_> = paths.iter().filter(|path| !is_on_every_mac(path)).collect();
    ensure!(
        foreign.is_empty(),
        "{file_name} names {}, a path on the machine that built it, which other Macs don't have",
        join(&foreign)
    );
    Ok(oldest)
}

fn is_on_every_mac(path: &str) -> bool {
    ["/usr/lib/", "/System/Library/", "@rpath/"]
        .iter()
        .any(|prefix| path.starts_with(prefix))
}

/// Reads a version that is packed as xxxx.yy.zz into 32 bits.
fn macos_version(packed: u32) -> Version {
    Version::new(packed >> 16, packed >> 8 & 0xff)
}

fn check_oldest_system(target: &Target, file_name: &str, needed: Option<Version>) -> Result<()> {
    let (Some(needed), Some(oldest)) = (needed, target.oldest_system) else {
        return Ok(());
    };
    let (system, remedy) = match target.system() {
        System::MacOs => ("macOS", "set MACOSX_DEPLOYMENT_TARGET"),
        _ => ("glibc", "build it with cargo-zigbuild"),
    };
    ensure!(
        needed <= oldest,
        "{file_name} needs {system} {needed}, but targets.txt promises that {oldest} is enough: \
         {remedy} (`cargo xtask dist {}`)",
        target.name
    );
    Ok(())
}

fn libraries_needed(file: &File) -> Result<Vec<String>> {
    file.import_libraries()?
        .map(|library| Ok(text(library?.name())))
        .collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn join(names: &[&String]) -> String {
    names
        .iter()
        .map(|name| name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}
