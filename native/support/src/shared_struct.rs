//! The post's struct: the lessons `structs` and `messages` use it.

use crate::{LiveGuard, Lock};
use roundtrip_core::structs::Private;
use rustler::{NifStruct, Resource, ResourceArc};

/// Keeps the post's private data behind a lock. It is a type of this crate because `Resource` is
/// rustler's trait, and Rust's orphan rule lets us implement it for types of our own only.
pub struct Guarded {
    /// What the lock guards.
    pub private: Lock<Private>,
    _guard: LiveGuard,
}

#[rustler::resource_impl]
impl Resource for Guarded {}

/// The post's struct: one field is a resource, the other is plain data.
#[derive(NifStruct)]
#[module = "Roundtrip.Structs.SharedStruct"]
pub struct SharedStruct {
    /// The part that Rust keeps.
    pub r#ref: ResourceArc<Guarded>,
    /// The part that Elixir gets.
    pub is_cool: bool,
}

impl SharedStruct {
    /// Makes a struct with private data of its own.
    pub fn new(is_cool: bool) -> Self {
        let r#ref = ResourceArc::new(Guarded {
            private: Lock::default(),
            _guard: LiveGuard::new(),
        });
        SharedStruct { r#ref, is_cool }
    }
}
