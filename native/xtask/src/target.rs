//! Target triples, and the oldest system that the library for each of them supports.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

/// A platform that a library is built for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    /// The triple, such as `x86_64-unknown-linux-gnu`.
    pub(crate) name: String,
    /// The runner image of the release workflow; empty for a build that isn't a release.
    pub(crate) runner: String,
    /// The newest glibc or macOS that the library may need.
    pub(crate) oldest_system: Option<Version>,
}

/// The operating systems and C libraries that differ in how a library is built or checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum System {
    Glibc,
    Musl,
    MacOs,
    Windows,
}

impl Target {
    /// Parses `targets.txt`: a target, a runner and a version (or `-`) on each line.
    pub(crate) fn parse_all(text: &str) -> Result<Vec<Self>> {
        text.lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
            .map(|line| {
                Self::parse(line).with_context(|| format!("can't read {line:?} in targets.txt"))
            })
            .collect()
    }

    fn parse(line: &str) -> Result<Self> {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [name, runner, oldest_system] = fields[..] else {
            bail!("expected a target, a runner and a version or -");
        };
        let oldest_system = match oldest_system {
            "-" => None,
            version => Some(version.parse()?),
        };
        Ok(Self {
            name: name.into(),
            runner: runner.into(),
            oldest_system,
        })
    }

    /// Returns a target without a limit for glibc or macOS.
    pub(crate) fn without_limit(name: &str) -> Self {
        Self {
            name: name.into(),
            runner: String::new(),
            oldest_system: None,
        }
    }

    pub(crate) fn system(&self) -> System {
        match &self.name {
            name if name.contains("windows") => System::Windows,
            name if name.contains("darwin") => System::MacOs,
            name if name.contains("musl") => System::Musl,
            _ => System::Glibc,
        }
    }

    pub(crate) fn is_linux(&self) -> bool {
        matches!(self.system(), System::Glibc | System::Musl)
    }

    /// Returns the prefix and the extension that cargo adds to the crate's name.
    pub(crate) fn built_affixes(&self) -> (&'static str, &'static str) {
        match self.system() {
            System::Windows => ("", "dll"),
            System::MacOs => ("lib", "dylib"),
            System::Glibc | System::Musl => ("lib", "so"),
        }
    }

    /// Returns the same for the installed file: the VM looks for `.so` on macOS, too.
    pub(crate) fn installed_affixes(&self) -> (&'static str, &'static str) {
        match self.system() {
            System::Windows => ("", "dll"),
            System::MacOs | System::Glibc | System::Musl => ("lib", "so"),
        }
    }
}

/// A version of glibc or macOS, compared by its first two numbers.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Version {
    pub(crate) major: u32,
    pub(crate) minor: u32,
}

impl Version {
    pub(crate) fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }
}

impl FromStr for Version {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (major, rest) = text.split_once('.').unwrap_or((text, "0"));
        let minor = rest.split('.').next().unwrap_or(rest);
        let number = |digits: &str| {
            digits
                .parse()
                .with_context(|| format!("{text:?} isn't a version"))
        };
        Ok(Self::new(number(major)?, number(minor)?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() -> Result<()> {
        assert!("2.17".parse::<Version>()? > "2.4".parse()?);
        assert!("2.4".parse::<Version>()? < "2.17".parse()?);
        assert_eq!("2.17.1".parse::<Version>()?, "2.17".parse()?);
        assert!("2.x".parse::<Version>().is_err());
        Ok(())
    }

    #[test]
    fn a_line_has_three_fields() -> Result<()> {
        let targets = Target::parse_all("# comment\n\naarch64-apple-darwin macos-15 11.0\n")?;
        assert_eq!(targets.len(), 1);
        assert_eq!(targets[0].oldest_system, Some(Version::new(11, 0)));
        let Err(error) = Target::parse_all("aarch64-apple-darwin macos-15\n") else {
            bail!("a line with two fields was accepted");
        };
        assert!(
            error
                .to_string()
                .contains("can't read \"aarch64-apple-darwin")
        );
        Ok(())
    }

    #[test]
    fn files_are_named_after_the_system() {
        let affixes = |name| {
            let target = Target::without_limit(name);
            (target.built_affixes(), target.installed_affixes())
        };
        let linux = (("lib", "so"), ("lib", "so"));
        assert_eq!(affixes("riscv64gc-unknown-linux-gnu"), linux);
        assert_eq!(affixes("x86_64-unknown-linux-musl"), linux);
        assert_eq!(
            affixes("x86_64-apple-darwin"),
            (("lib", "dylib"), ("lib", "so"))
        );
        assert_eq!(
            affixes("x86_64-pc-windows-msvc"),
            (("", "dll"), ("", "dll"))
        );
    }
}
