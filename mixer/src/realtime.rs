//! The allocation trap: what must not allocate, free or lock runs inside [`forbid_allocation`].
//!
//! The trap springs in debug builds only, and only in programs that install [`TrapAllocator`]:
//!
//! ```
//! #[cfg(debug_assertions)]
//! #[global_allocator]
//! static ALLOCATOR: mixer::realtime::TrapAllocator = mixer::realtime::TrapAllocator;
//!
//! assert_eq!(mixer::realtime::forbid_allocation(|| 1 + 1), 2);
//! ```

/// The system's allocator, which aborts the process when it is called inside
/// [`forbid_allocation`]. Exists in debug builds only.
#[cfg(debug_assertions)]
pub use assert_no_alloc::AllocDisabler as TrapAllocator;

/// Runs `work` with the heap out of bounds: in a debug build whose allocator is
/// [`TrapAllocator`] the first allocation or free aborts the process; in a release build nothing
/// is checked and nothing is paid.
pub fn forbid_allocation<T>(work: impl FnOnce() -> T) -> T {
    assert_no_alloc::assert_no_alloc(work)
}
