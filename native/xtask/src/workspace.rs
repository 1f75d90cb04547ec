//! Reads the manifests: which libraries are shipped, and their names, versions and folders.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use tinyjson::JsonValue;

use crate::target::Target;
use crate::tools;

/// The checkout and the libraries in it.
pub(crate) struct Workspace {
    /// The root of the checkout.
    pub(crate) root: PathBuf,
    /// The Cargo workspace in it.
    pub(crate) native: PathBuf,
    /// The crates with a `[package.metadata.nif]`, by name.
    pub(crate) libraries: Vec<Library>,
}

/// A crate that is shipped as a NIF library.
pub(crate) struct Library {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The folder of its manifest.
    pub(crate) folder: PathBuf,
    /// The Elixir module that loads it.
    pub(crate) module: String,
    /// The NIF version it is built for, such as `2.15`.
    pub(crate) nif_version: String,
    pub(crate) max_archive_kb: u64,
}

impl Workspace {
    /// Reads the manifests through `cargo metadata`.
    pub(crate) fn load() -> Result<Self> {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        let native = xtask.parent().context("native/xtask has no parent")?;
        let root = native.parent().context("native has no parent")?;
        let metadata = tools::stdout_of(
            Command::new(tools::cargo())
                .args(["metadata", "--format-version=1", "--no-deps", "--locked"])
                .arg("--manifest-path")
                .arg(native.join("Cargo.toml")),
        )?;
        let libraries = libraries(&metadata).context("cargo metadata says something unexpected")?;
        ensure!(
            !libraries.is_empty(),
            "no crate in native/ has a [package.metadata.nif]"
        );
        Ok(Self {
            root: root.into(),
            native: native.into(),
            libraries,
        })
    }

    /// Returns the folder that readers install archives from.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Returns the targets of a release.
    pub(crate) fn targets(&self) -> Result<Vec<Target>> {
        let path = self.root.join("lib/roundtrip/precompiled/targets.txt");
        let text = fs::read_to_string(&path).with_context(|| format!("can't read {path:?}"))?;
        Target::parse_all(&text)
    }

    /// Returns the library and the target in the name of an archive of this version.
    pub(crate) fn parse_archive_name(&self, archive: &str) -> Result<(&Library, Target)> {
        for target in self.targets()? {
            if let Some(library) = self
                .libraries
                .iter()
                .find(|library| library.archive_name(&target) == archive)
            {
                return Ok((library, target));
            }
        }
        let names: Vec<_> = self
            .libraries
            .iter()
            .map(|library| library.archive_name(&Target::without_limit("TARGET")))
            .collect();
        bail!(
            "{archive} isn't named like an archive of this version: {}",
            names.join(" or ")
        )
    }
}

impl Library {
    /// Returns the name of the file that cargo builds.
    pub(crate) fn built_name(&self, target: &Target) -> String {
        let (prefix, extension) = target.built_affixes();
        format!("{prefix}{}.{extension}", self.name)
    }

    /// Returns the name of the installed file, the only one in the archive, as rustler_precompiled expects it.
    pub(crate) fn file_name(&self, target: &Target) -> String {
        let (prefix, extension) = target.installed_affixes();
        format!(
            "{prefix}{}-v{}-nif-{}-{}.{extension}",
            self.name, self.version, self.nif_version, target.name
        )
    }

    pub(crate) fn archive_name(&self, target: &Target) -> String {
        self.file_name(target) + ".tar.gz"
    }

    /// Returns the name of the checksum file, which is in the root of the checkout.
    pub(crate) fn checksum_file(&self) -> String {
        format!("checksum-Elixir.{}.exs", self.module)
    }
}

type Object = HashMap<String, JsonValue>;

fn libraries(metadata: &str) -> Result<Vec<Library>> {
    let metadata: JsonValue = metadata.parse()?;
    let packages: &Vec<JsonValue> = get(object(&metadata)?, "packages")?;
    let mut libraries = Vec::new();
    for package in packages {
        let package = object(package)?;
        let custom = package.get("metadata").and_then(JsonValue::get::<Object>);
        if let Some(nif) = custom.and_then(|custom| custom.get("nif")) {
            libraries.push(library(package, object(nif)?)?);
        }
    }
    libraries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(libraries)
}

fn library(package: &Object, nif: &Object) -> Result<Library> {
    let manifest: &String = get(package, "manifest_path")?;
    let folder = Path::new(manifest)
        .parent()
        .context("a manifest has no folder")?;
    let features: &Object = get(package, "features")?;
    let default: &Vec<JsonValue> = get(features, "default")?;
    let nif_version = default
        .iter()
        .filter_map(JsonValue::get::<String>)
        .find_map(|feature| feature.strip_prefix("nif_version_"))
        .context("no default feature is named like nif_version_2_15")?;
    let max_archive_kb: &f64 = get(nif, "max-archive-kb")?;
    Ok(Library {
        name: get::<String>(package, "name")?.clone(),
        version: get::<String>(package, "version")?.clone(),
        folder: folder.into(),
        module: get::<String>(nif, "module")?.clone(),
        nif_version: nif_version.replace('_', "."),
        max_archive_kb: *max_archive_kb as u64,
    })
}

fn object(value: &JsonValue) -> Result<&Object> {
    value.get().context("expected a table")
}

fn get<'a, T>(object: &'a Object, key: &str) -> Result<&'a T>
where
    T: tinyjson::InnerAsRef,
{
    object
        .get(key)
        .and_then(JsonValue::get)
        .with_context(|| format!("no {key:?} of the expected type"))
}
