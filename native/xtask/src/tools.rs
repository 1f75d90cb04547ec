//! Runs other programs and detects which are installed.

use std::env;
use std::ffi::OsString;
use std::fmt::Display;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Prints a progress message to standard error.
pub(crate) fn say(message: impl Display) {
    eprintln!("· {message}");
}

/// Returns the cargo that runs this program.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Runs a command and returns its standard output. Its errors go to standard error.
pub(crate) fn stdout_of(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("can't run {:?}", command.get_program()))?;
    ensure!(output.status.success(), "{command:?} failed");
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs a command whose output goes to the terminal. `failure` is the message if it fails.
pub(crate) fn run(command: &mut Command, failure: &str) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("can't run {:?}", command.get_program()))?;
    ensure!(status.success(), "{failure}");
    Ok(())
}

/// Returns whether `cargo NAME` is installed.
pub(crate) fn has_cargo_command(name: &str) -> bool {
    Command::new(cargo())
        .args([name, "--help"])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The compiler and linker of this machine, which decide the bytes of a plain build.
pub(crate) struct Toolchain {
    pub(crate) release: String,
    pub(crate) host: String,
    pub(crate) linker: String,
}

/// The platform and linker that the committed checksums are made with, those of Debian 12.
const PINNED_HOST: &str = "x86_64-unknown-linux-gnu";
const PINNED_LINKER: &str = "GNU ld (GNU Binutils for Debian) 2.40";

impl Toolchain {
    /// Runs `rustc` and `ld` to find their versions.
    pub(crate) fn detect() -> Result<Self> {
        let rustc = stdout_of(Command::new("rustc").arg("-vV"))?;
        let field = |name: &str| {
            rustc
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .map(String::from)
                .with_context(|| format!("`rustc -vV` doesn't say {name:?}"))
        };
        Ok(Self {
            release: field("release: ")?,
            host: field("host: ")?,
            linker: linker(),
        })
    }

    /// Returns whether its builds can be compared with the committed checksums.
    pub(crate) fn is_pinned(&self) -> bool {
        self.to_string() == Self::pinned().to_string()
    }

    /// Returns the toolchain that the committed checksums are made with.
    pub(crate) fn pinned() -> Self {
        Self {
            release: env!("CARGO_PKG_RUST_VERSION").into(),
            host: PINNED_HOST.into(),
            linker: PINNED_LINKER.into(),
        }
    }
}

impl Display for Toolchain {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "rustc {} {}, {}", self.release, self.host, self.linker)
    }
}

fn linker() -> String {
    let version = Command::new("ld").arg("--version").output();
    version
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .and_then(|text| text.lines().next().map(String::from))
        .unwrap_or_else(|| "no ld".into())
}
