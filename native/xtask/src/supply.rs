//! `cargo xtask audit` and `sbom`: checks and lists the crates that the libraries are built from.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::tools::{self, cargo, has_cargo_command, say};
use crate::workspace::Workspace;

/// Checks licences, sources and advisories of all crates with cargo-deny, if it is installed. With
/// `ROUNDTRIP_RELEASE` set, a check that can't run is a failure, because a release must be checked.
pub(crate) fn audit(workspace: &Workspace) -> Result<()> {
    if !has_cargo_command("deny") {
        return skip("cargo-deny isn't installed (cargo install --locked cargo-deny)");
    }
    let deny = |args: &[&str]| {
        let mut command = Command::new(cargo());
        command
            .args(["deny", "--locked", "--manifest-path"])
            .arg(workspace.native.join("Cargo.toml"))
            .arg("--config")
            .arg(workspace.root.join("deny.toml"))
            .args(args);
        command
    };
    tools::run(
        &mut deny(&["check", "licenses", "bans", "sources"]),
        "cargo-deny refuses a crate; its message is above, and deny.toml has the rules",
    )?;
    if !deny(&["fetch", "db"]).output()?.status.success() {
        return skip("the database of advisories can't be reached");
    }
    tools::run(
        &mut deny(&["check", "advisories"]),
        "there is an advisory for a crate; the message is above",
    )
}

fn skip(reason: &str) -> Result<()> {
    if env::var_os("ROUNDTRIP_RELEASE").is_some() {
        bail!("advisories can't be checked: {reason}");
    }
    say(format!("advisories not checked: {reason}"));
    Ok(())
}

/// Writes `FOLDER/<crate>.cdx.json` for each library: all its crates on all targets, as CycloneDX.
pub(crate) fn sbom(workspace: &Workspace, folder: &Path) -> Result<()> {
    ensure!(
        has_cargo_command("cyclonedx"),
        "cargo-cyclonedx isn't installed: cargo install --locked cargo-cyclonedx"
    );
    let commit_time = tools::stdout_of(Command::new("git").current_dir(&workspace.root).args([
        "log",
        "-1",
        "--format=%ct",
    ]))?;
    tools::run(
        Command::new(cargo())
            .args(["cyclonedx", "--format=json", "--spec-version=1.5"])
            .args([
                "--target=all",
                "--override-filename=sbom",
                "--manifest-path",
            ])
            .arg(workspace.native.join("Cargo.toml"))
            // The file must depend only on the commit.
            .env("SOURCE_DATE_EPOCH", commit_time.trim()),
        "cargo-cyclonedx failed; its message is above",
    )?;
    fs::create_dir_all(folder)?;
    for library in &workspace.libraries {
        let sbom = fs::read_to_string(library.folder.join("sbom.json"))
            .context("cargo-cyclonedx wrote no sbom.json")?;
        // The names of workspace crates contain their folder on this machine.
        let here = format!("file://{}/", workspace.root.display());
        fs::write(
            folder.join(format!("{}.cdx.json", library.name)),
            sbom.replace(&here, "file:///roundtrip/"),
        )?;
    }
    remove_sboms(workspace)
}

/// Deletes the files that cargo-cyclonedx writes beside every Cargo.toml.
fn remove_sboms(workspace: &Workspace) -> Result<()> {
    for entry in fs::read_dir(&workspace.native)? {
        let sbom = entry?.path().join("sbom.json");
        if sbom.exists() {
            fs::remove_file(sbom)?;
        }
    }
    Ok(())
}
