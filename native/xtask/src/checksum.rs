//! The checksum files, which both loaders read: an Elixir map from an archive's name to its SHA-256.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::workspace::Library;

/// The lines of a checksum file, sorted by archive.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Checksums(BTreeMap<String, String>);

impl Checksums {
    /// Reads the file. A missing file counts as empty.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("can't read {path:?}")),
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        let quoted = |line: &str| {
            let mut parts = line.split('"');
            Some((parts.nth(1)?.to_owned(), parts.nth(1)?.to_owned()))
        };
        Self(text.lines().filter_map(quoted).collect())
    }

    /// Sets the checksum of an archive.
    pub(crate) fn insert(&mut self, archive_name: String, archive: &[u8]) {
        let digits: String = Sha256::digest(archive)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        self.0.insert(archive_name, format!("sha256:{digits}"));
    }

    /// Forgets the archives of other versions.
    pub(crate) fn keep_version(&mut self, library: &Library) {
        let version = format!("-v{}-", library.version);
        self.0
            .retain(|archive_name, _| archive_name.contains(&version));
    }

    /// Writes the file if it changes: a new time stamp alone would recompile the Elixir module.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let text = self.text();
        if fs::read_to_string(path).is_ok_and(|written| written == text) {
            return Ok(());
        }
        fs::write(path, text).with_context(|| format!("can't write {path:?}"))
    }

    fn text(&self) -> String {
        let lines: Vec<_> = self
            .0
            .iter()
            .map(|(archive_name, sum)| format!("  {archive_name:?} => {sum:?}"))
            .collect();
        format!("%{{\n{}\n}}\n", lines.join(",\n"))
    }

    /// Returns the number of the archive's line in the file.
    pub(crate) fn line_of(&self, archive_name: &str) -> usize {
        self.0
            .keys()
            .take_while(|name| name.as_str() < archive_name)
            .count()
            + 2
    }
}

/// Returns the committed checksum file, if git knows it and the Rust sources are unchanged since the commit.
pub(crate) fn committed(root: &Path, file_name: &str) -> Option<Checksums> {
    let git = |args: &[&str]| {
        Command::new("git")
            .current_dir(root)
            .args(args)
            .stderr(Stdio::null())
            .output()
            .ok()
            .filter(|output| output.status.success())
    };
    git(&["diff", "--quiet", "HEAD", "--", "native"])?;
    let output = git(&["show", &format!("HEAD:./{file_name}")])?;
    Some(Checksums::parse(&String::from_utf8(output.stdout).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "%{\n  \"a-v1-x.tar.gz\" => \"sha256:00\",\n  \"b-v1-x.tar.gz\" => \"sha256:11\"\n}\n";

    #[test]
    fn text_is_the_inverse_of_parse() {
        assert_eq!(Checksums::parse(FILE).text(), FILE);
    }

    #[test]
    fn the_lines_of_other_targets_stay() {
        let mut checksums = Checksums::parse(FILE);
        checksums.insert("b-v1-x.tar.gz".into(), b"");
        assert_eq!(checksums.0["a-v1-x.tar.gz"], "sha256:00");
        // The well-known SHA-256 of the empty string.
        let sum = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(checksums.0["b-v1-x.tar.gz"], sum);
        assert_eq!(checksums.line_of("a-v1-x.tar.gz"), 2);
        assert_eq!(checksums.line_of("b-v1-x.tar.gz"), 3);
    }
}
