//! `cargo xtask dist`, `check`, `checksums` and `matrix`: turns sources into archives with checksums.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, Result, bail, ensure};

use crate::build::{self, Build};
use crate::checksum::{self, Checksums};
use crate::target::{System, Target};
use crate::tools::{Toolchain, say};
use crate::workspace::{Library, Workspace};
use crate::{archive, library};

/// Builds, checks and packs every library: for the named targets as a release does, else for this machine.
pub(crate) fn dist(
    workspace: &Workspace,
    names: &[String],
    check_checksums: bool,
    quiet: bool,
) -> Result<()> {
    let toolchain = Toolchain::detect()?;
    let (build, targets) = match names {
        [] => (Build::Plain, vec![Target::without_limit(&toolchain.host)]),
        names => (Build::Release, named_targets(workspace, names)?),
    };
    fs::create_dir_all(workspace.dist()).context("can't create dist/")?;
    let mut stale = Vec::new();
    for target in &targets {
        for library in &workspace.libraries {
            let packed = build_and_pack(workspace, build, library, target)?;
            let name = library.archive_name(target);
            if place(&workspace.dist().join(&name), &packed)? {
                say(format!("dist/{name} ({} kB)", packed.len() / 1000));
            } else if !quiet {
                say(format!("dist/{name} is unchanged"));
            }
            stale.extend(renew_checksum(workspace, library, target, &packed)?);
        }
    }
    if check_checksums {
        compare(&toolchain, &stale)?;
    }
    Ok(())
}

fn named_targets(workspace: &Workspace, names: &[String]) -> Result<Vec<Target>> {
    let released = workspace.targets()?;
    let mut targets = Vec::new();
    for name in names {
        let Some(target) = released.iter().find(|target| target.name == *name) else {
            let names: Vec<_> = released.iter().map(|target| target.name.as_str()).collect();
            bail!(
                "'{name}' isn't a target of the release; those are: {}",
                names.join(", ")
            );
        };
        build::check_tools(target)?;
        targets.push(target.clone());
    }
    Ok(targets)
}

/// Builds a library for a target, checks it, and returns the bytes of its archive.
fn build_and_pack(
    workspace: &Workspace,
    build: Build,
    library: &Library,
    target: &Target,
) -> Result<Vec<u8>> {
    let file_name = library.file_name(target);
    let bytes = build.library(workspace, library, target)?;
    let needed = library::check(target, &file_name, &bytes)?;
    if build == Build::Release {
        say_needed(target, needed);
    }
    let archive_name = library.archive_name(target);
    let packed = archive::pack(&file_name, &bytes)?;
    archive::check_size(library, &archive_name, packed.len() as u64)?;
    Ok(packed)
}

fn say_needed(target: &Target, needed: Option<crate::target::Version>) {
    let system = match target.system() {
        System::MacOs => "macOS",
        _ => "glibc",
    };
    if let (Some(needed), Some(oldest)) = (needed, target.oldest_system) {
        say(format!("it needs {system} {needed}; the limit is {oldest}"));
    }
}

/// Writes the archive, and returns whether it has changed. A temporary name comes first, so that an interrupted
/// run leaves no incomplete archive.
fn place(path: &Path, packed: &[u8]) -> Result<bool> {
    if fs::read(path).is_ok_and(|placed| placed == packed) {
        return Ok(false);
    }
    let part = path.with_extension(format!("part{}", process::id()));
    fs::write(&part, packed)
        .and_then(|()| fs::rename(&part, path))
        .with_context(|| format!("can't write {path:?}"))?;
    Ok(true)
}

/// Writes the archive's line in the checksum file. Returns `file:line: message` if another one is committed.
fn renew_checksum(
    workspace: &Workspace,
    library: &Library,
    target: &Target,
    packed: &[u8],
) -> Result<Option<String>> {
    let file_name = library.checksum_file();
    let path = workspace.root.join(&file_name);
    let archive_name = library.archive_name(target);
    let before = Checksums::read(&path)?;
    let mut after = before.clone();
    after.keep_version(library);
    after.insert(archive_name.clone(), packed);
    after.write(&path)?;

    let place = format!("{file_name}:{}", after.line_of(&archive_name));
    if before != after {
        return Ok(Some(format!(
            "{place}: the sources build an archive with another checksum; the file has been renewed: commit it"
        )));
    }
    // A second run finds the file that the first one renewed.
    let committed = checksum::committed(&workspace.root, &file_name);
    Ok(committed.filter(|committed| *committed != after).map(|_| {
        format!("{place}: the committed checksum isn't that of the committed sources; this one is: commit it")
    }))
}

/// Fails if a checksum differs, unless another compiler or linker explains the difference.
fn compare(toolchain: &Toolchain, stale: &[String]) -> Result<()> {
    if !toolchain.is_pinned() {
        let pinned = Toolchain::pinned();
        say(format!(
            "checksums not compared: they were made with {pinned}; here is {toolchain}"
        ));
        return Ok(());
    }
    ensure!(stale.is_empty(), "{}", stale.join("\n"));
    Ok(())
}

/// Checks finished archives as `dist TARGET` does before it packs them.
pub(crate) fn check(workspace: &Workspace, paths: &[PathBuf]) -> Result<()> {
    ensure!(
        !paths.is_empty(),
        "name the archives to check: cargo xtask check dist/*.tar.gz"
    );
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (library, target) = workspace.parse_archive_name(&name)?;
        let packed = fs::read(path).with_context(|| format!("can't read {path:?}"))?;
        archive::check_size(library, &name, packed.len() as u64)?;
        let file_name = library.file_name(&target);
        let bytes = archive::unpack(&name, &file_name, &packed)?;
        library::check(&target, &file_name, &bytes)?;
        say(format!("{name}: ready for a release"));
    }
    Ok(())
}

/// Writes the checksum files from a complete release. A target without a line can't be installed.
pub(crate) fn checksums(workspace: &Workspace) -> Result<()> {
    let targets = workspace.targets()?;
    for library in &workspace.libraries {
        let mut checksums = Checksums::default();
        for target in &targets {
            let archive_name = library.archive_name(target);
            let packed = fs::read(workspace.dist().join(&archive_name)).with_context(|| {
                format!("dist/{archive_name} is missing; a release has every target in targets.txt")
            })?;
            checksums.insert(archive_name, &packed);
        }
        checksums.write(&workspace.root.join(library.checksum_file()))?;
        say(format!(
            "{} has a line for each target",
            library.checksum_file()
        ));
    }
    Ok(())
}

/// Returns the release workflow's build matrix as JSON: each target twice, to compare the two builds.
pub(crate) fn matrix(workspace: &Workspace) -> Result<String> {
    let mut rows = Vec::new();
    for Target { name, runner, .. } in workspace.targets()? {
        for copy in 1..=2 {
            rows.push(format!(
                r#"{{"target":"{name}","os":"{runner}","copy":{copy}}}"#
            ));
        }
    }
    Ok(format!(r#"{{"include":[{}]}}"#, rows.join(",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_the_release_does_not_have() -> Result<()> {
        let workspace = Workspace::load()?;
        let Err(error) = named_targets(&workspace, &["sparc-sun-solaris".into()]) else {
            bail!("sparc-sun-solaris was accepted");
        };
        let message = error.to_string();
        assert!(message.contains("'sparc-sun-solaris' isn't a target of the release"));
        assert!(message.contains("x86_64-unknown-linux-musl"));
        Ok(())
    }

    #[test]
    fn an_archive_is_checked_for_what_its_name_says() -> Result<()> {
        let workspace = Workspace::load()?;
        for target in workspace.targets()? {
            for library in &workspace.libraries {
                let (parsed, of) = workspace.parse_archive_name(&library.archive_name(&target))?;
                assert_eq!((&parsed.name, &of), (&library.name, &target));
            }
        }
        let Err(error) = workspace.parse_archive_name("libshop-v1.so.tar.gz") else {
            bail!("another name was accepted");
        };
        assert!(
            error
                .to_string()
                .contains("libshop-v1.so.tar.gz isn't named like an archive")
        );
        Ok(())
    }

    #[test]
    fn another_toolchain_says_nothing_about_the_checksums() -> Result<()> {
        let stale = ["checksum.exs:2: another".to_string()];
        let other = Toolchain {
            release: "1.0.0".into(),
            ..Toolchain::pinned()
        };
        compare(&other, &stale)?;
        compare(&Toolchain::pinned(), &[])?;
        let Err(error) = compare(&Toolchain::pinned(), &stale) else {
            bail!("a stale checksum was accepted");
        };
        assert_eq!(error.to_string(), stale[0]);
        Ok(())
    }
}
