//! Packs a library into an archive, with the same bytes every time, and checks archives.

use std::io::{Read, Write};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};

use crate::workspace::Library;

/// Packs `bytes` as a `.tar.gz` of one file. No time, user or system is recorded.
pub(crate) fn pack(file_name: &str, bytes: &[u8]) -> Result<Vec<u8>> {
    let mut header = tar::Header::new_ustar();
    header.set_path(file_name)?;
    header.set_size(bytes.len() as u64);
    header.set_mode(0o755);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_cksum();
    let gzip = GzBuilder::new().write(Vec::new(), Compression::best());
    let mut tar = tar::Builder::new(gzip);
    tar.append(&header, bytes)?;
    let mut gzip = tar.into_inner()?;
    gzip.flush()?;
    Ok(gzip.finish()?)
}

/// Returns the library in an archive that holds exactly `file_name`.
pub(crate) fn unpack(archive_name: &str, file_name: &str, archive: &[u8]) -> Result<Vec<u8>> {
    let mut held = Vec::new();
    let mut library = None;
    let unreadable = || format!("{archive_name} isn't a readable .tar.gz");
    for entry in tar::Archive::new(GzDecoder::new(archive))
        .entries()
        .with_context(unreadable)?
    {
        let mut entry = entry.with_context(unreadable)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if name == file_name && entry.header().entry_type().is_file() {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).with_context(unreadable)?;
            library = Some(bytes);
        }
        held.push(name);
    }
    match library {
        Some(library) if held.len() == 1 => Ok(library),
        _ => bail!(
            "{archive_name} must hold only {file_name}, but it holds: {}",
            held.join(", ")
        ),
    }
}

/// Refuses an archive that is larger than the library's manifest allows.
pub(crate) fn check_size(library: &Library, archive_name: &str, bytes: u64) -> Result<()> {
    ensure!(
        bytes <= library.max_archive_kb * 1000,
        "{archive_name} has {} kB, and the limit is {} kB: find out what grew (cargo bloat), \
         or raise max-archive-kb in {}/Cargo.toml",
        bytes.div_ceil(1000),
        library.max_archive_kb,
        library.folder.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    const NAME: &str = "libshop.so.tar.gz";

    #[test]
    fn the_same_bytes_every_time() -> Result<()> {
        let first = pack("libshop.so", b"code")?;
        assert_eq!(first, pack("libshop.so", b"code")?);
        // The time in a gzip header.
        assert_eq!(first[4..8], [0; 4]);
        Ok(())
    }

    #[test]
    fn unpack_returns_the_packed_library() -> Result<()> {
        let archive = pack("libshop.so", b"code")?;
        assert_eq!(unpack(NAME, "libshop.so", &archive)?, b"code");
        Ok(())
    }

    fn refusal(archive: &[u8]) -> String {
        match unpack(NAME, "libshop.so", archive) {
            Ok(_) => "accepted".into(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn an_archive_that_holds_more_than_the_library() -> Result<()> {
        let mut tar = tar::Builder::new(GzBuilder::new().write(Vec::new(), Compression::fast()));
        for name in ["libshop.so", "extra"] {
            let mut header = tar::Header::new_ustar();
            header.set_size(4);
            tar.append_data(&mut header, name, &b"code"[..])?;
        }
        let message = refusal(&tar.into_inner()?.finish()?);
        assert!(message.contains("must hold only libshop.so, but it holds: libshop.so, extra"));
        Ok(())
    }

    #[test]
    fn an_archive_of_another_library() -> Result<()> {
        let message = refusal(&pack("libother.so", b"code")?);
        assert!(message.contains("must hold only libshop.so, but it holds: libother.so"));
        Ok(())
    }

    #[test]
    fn a_link_in_place_of_the_library() -> Result<()> {
        let mut tar = tar::Builder::new(GzBuilder::new().write(Vec::new(), Compression::fast()));
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        tar.append_link(&mut header, "libshop.so", "/etc/passwd")?;
        assert!(refusal(&tar.into_inner()?.finish()?).contains("must hold only"));
        Ok(())
    }

    #[test]
    fn half_an_archive() -> Result<()> {
        let code: Vec<u8> = (0..99_999_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let archive = pack("libshop.so", &code)?;
        let message = refusal(&archive[..archive.len() / 2]);
        assert!(message.contains("libshop.so.tar.gz isn't a readable .tar.gz"));
        assert!(refusal(b"no gzip").contains("isn't a readable"));
        Ok(())
    }

    #[test]
    fn each_library_has_its_size_limit() -> Result<()> {
        let workspace = Workspace::load()?;
        for (name, limit) in [("roundtrip_nif", 500_000), ("roundtrip_server", 1_000_000)] {
            let library = workspace
                .libraries
                .iter()
                .find(|library| library.name == name)
                .context(name)?;
            check_size(library, NAME, limit)?;
            let Err(error) = check_size(library, NAME, limit + 1) else {
                bail!("one byte more than {limit} was accepted");
            };
            let kb = limit / 1000;
            let message = format!("has {} kB, and the limit is {kb} kB", kb + 1);
            assert!(error.to_string().contains(&message), "{error}");
        }
        Ok(())
    }
}
