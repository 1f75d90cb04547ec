//! `cargo xtask`: builds, checks and packs the NIF libraries, as CI and the release workflow do.

mod archive;
mod build;
mod checksum;
mod dist;
mod library;
mod supply;
mod target;
mod tools;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use lexopt::prelude::*;

use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask dist [TARGET...]     build, check and pack the libraries, and renew their checksums
       cargo xtask check ARCHIVE...     check finished archives for a release
       cargo xtask checksums            write the checksum files from a complete release in dist/
       cargo xtask matrix               print the release's build matrix as JSON
       cargo xtask audit                check licences, sources and advisories of the crates (cargo-deny)
       cargo xtask sbom FOLDER          write each library's bill of materials (CycloneDX, by cargo-cyclonedx)

A library is a crate in native/ with a [package.metadata.nif]. `dist` writes

  dist/lib<crate>-v<version>-nif-<nif>-<target>.so.tar.gz   the archive that readers install
  checksum-Elixir.<Module>.exs                              its SHA-256

Without a TARGET it builds for this machine, with this machine's linker. The committed checksums are those
of such archives. --check-checksums fails if one differs, unless another rustc or ld explains it. --quiet
doesn't name the archives that haven't changed.

A TARGET is one in lib/roundtrip/precompiled/targets.txt. Linux targets are built with cargo-zigbuild
(pip install --require-hashes -r .ci/zig.txt), so that they run with the glibc version given there.
Run `rustup target add TARGET` first.";

const WRONG_USAGE: u8 = 2;

/// The parsed command line.
struct Arguments {
    command: String,
    operands: Vec<OsString>,
    check_checksums: bool,
    quiet: bool,
}

fn main() -> ExitCode {
    let arguments = match parse(lexopt::Parser::from_env()) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("error: {error} (cargo xtask --help)");
            return ExitCode::from(WRONG_USAGE);
        }
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

fn parse(mut parser: lexopt::Parser) -> Result<Option<Arguments>, lexopt::Error> {
    let mut command = None;
    let mut operands = Vec::new();
    let mut check_checksums = false;
    let mut quiet = false;
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Long("check-checksums") if command.as_deref() == Some("dist") => check_checksums = true,
            Long("quiet") if command.as_deref() == Some("dist") => quiet = true,
            Value(value) if command.is_none() => command = Some(value.string()?),
            Value(value) => operands.push(value),
            _ => return Err(argument.unexpected()),
        }
    }
    let command = command.ok_or("a command is missing")?;
    match (command.as_str(), operands.len()) {
        ("dist", _) | ("check", 1..) | ("checksums" | "matrix" | "audit", 0) | ("sbom", 1) => {}
        ("check" | "checksums" | "matrix" | "audit" | "sbom", _) => {
            return Err(format!("wrong number of arguments for '{command}'").into());
        }
        _ => return Err(format!("there is no command '{command}'").into()),
    }
    Ok(Some(Arguments {
        command,
        operands,
        check_checksums,
        quiet,
    }))
}

fn run(arguments: Arguments) -> Result<()> {
    let workspace = Workspace::load()?;
    let operands = arguments.operands;
    match arguments.command.as_str() {
        "dist" => {
            let targets: Vec<_> = operands
                .iter()
                .map(|target| target.to_string_lossy().into_owned())
                .collect();
            dist::dist(
                &workspace,
                &targets,
                arguments.check_checksums,
                arguments.quiet,
            )
        }
        "check" => {
            let paths: Vec<_> = operands.into_iter().map(Into::into).collect();
            dist::check(&workspace, &paths)
        }
        "checksums" => dist::checksums(&workspace),
        "audit" => supply::audit(&workspace),
        "sbom" => {
            let folder: std::path::PathBuf = operands.into_iter().collect();
            supply::sbom(&workspace, &folder)
        }
        _ => {
            println!("{}", dist::matrix(&workspace)?);
            Ok(())
        }
    }
}
