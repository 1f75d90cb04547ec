//! Builds a library with cargo, so that its bytes don't depend on where it is built.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::target::{System, Target};
use crate::tools;
use crate::workspace::{Library, Workspace};

/// How a library is built.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Build {
    /// For this machine, with the system's linker.
    Plain,
    /// For a release: Linux targets with cargo-zigbuild, which links for the oldest supported glibc.
    Release,
}

/// Refuses a target that can't be built for on this machine, and says what to install.
pub(crate) fn check_tools(target: &Target) -> Result<()> {
    let folder = tools::stdout_of(Command::new("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        &target.name,
    ]))?;
    ensure!(
        Path::new(folder.trim()).is_dir(),
        "Rust's standard library for {0} isn't installed: rustup target add {0}",
        target.name
    );
    ensure!(
        !target.is_linux() || tools::has_cargo_command("zigbuild"),
        "cargo-zigbuild isn't installed: pip install --require-hashes -r .ci/zig.txt"
    );
    Ok(())
}

impl Build {
    /// Builds the library and returns its bytes.
    pub(crate) fn library(
        self,
        workspace: &Workspace,
        library: &Library,
        target: &Target,
    ) -> Result<Vec<u8>> {
        let built = self
            .target_dir(workspace)
            .join(&target.name)
            .join("release")
            .join(library.built_name(target));
        let failure = format!(
            "cargo couldn't build {}; its message is above",
            library.name
        );
        let mut cargo = self.command(workspace, library, target);
        if built.exists() {
            run_without_summary(&mut cargo, &failure)?;
        } else {
            tools::say(format!(
                "building {}; the first time takes about half a minute",
                library.name
            ));
            tools::run(&mut cargo, &failure)?;
        }
        fs::read(&built).with_context(|| format!("can't read {built:?}"))
    }

    /// Separate folders, because cargo would reuse the library of the other kind of build.
    fn target_dir(self, workspace: &Workspace) -> PathBuf {
        let plain = workspace.native.join("target");
        match self {
            Self::Plain => plain,
            Self::Release => plain.join("released"),
        }
    }

    fn command(self, workspace: &Workspace, library: &Library, target: &Target) -> Command {
        let zig = self == Self::Release && target.is_linux();
        let mut cargo = Command::new(tools::cargo());
        cargo
            .arg(if zig { "zigbuild" } else { "build" })
            .args(["--release", "--locked", "--package", &library.name])
            .arg("--manifest-path")
            .arg(workspace.native.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(self.target_dir(workspace))
            .arg("--target")
            .arg(match target.oldest_system {
                Some(glibc) if zig => format!("{}.{glibc}", target.name),
                _ => target.name.clone(),
            })
            .env(
                "CARGO_ENCODED_RUSTFLAGS",
                rust_flags(workspace, library, target),
            );
        if let (Some(macos), System::MacOs) = (target.oldest_system, target.system()) {
            cargo.env("MACOSX_DEPLOYMENT_TARGET", macos.to_string());
        }
        cargo
    }
}

/// Joined with the unit separator, since paths may contain spaces.
fn rust_flags(workspace: &Workspace, library: &Library, target: &Target) -> String {
    let mut flags = vec![
        remap(&workspace.native, "/roundtrip"),
        remap(&cargo_home().join("registry").join("src"), "/registry"),
    ];
    match target.system() {
        System::Glibc => {}
        // The VM has loaded its libc already, so the library must not contain another one.
        System::Musl => flags.push("-Ctarget-feature=-crt-static".into()),
        // Otherwise the install name is the path on this machine.
        System::MacOs => flags.push(format!(
            "-Clink-arg=-Wl,-install_name,@rpath/lib{}.so",
            library.name
        )),
        // Otherwise Microsoft's linker writes the time into the library.
        System::Windows => flags.push("-Clink-arg=/Brepro".into()),
    }
    flags.join("\x1f")
}

/// Panic messages contain source paths, which differ between machines.
fn remap(folder: &Path, name: &str) -> String {
    format!("--remap-path-prefix={}={name}", folder.display())
}

fn cargo_home() -> PathBuf {
    env::var_os("CARGO_HOME").map_or_else(
        || env::home_dir().unwrap_or_default().join(".cargo"),
        PathBuf::from,
    )
}

/// Shows what cargo compiles, but not the "Finished" line, which is all it prints when nothing changed.
fn run_without_summary(cargo: &mut Command, failure: &str) -> Result<()> {
    if std::io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none() {
        cargo.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = cargo
        .stderr(Stdio::piped())
        .spawn()
        .context("can't run cargo")?;
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines() {
            let line = line?;
            if !line.contains(" Finished") {
                eprintln!("{line}");
            }
        }
    }
    ensure!(child.wait()?.success(), "{failure}");
    Ok(())
}
