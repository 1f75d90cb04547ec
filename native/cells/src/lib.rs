//! The crates that cells of a notebook may use: see `Cargo.toml`.
