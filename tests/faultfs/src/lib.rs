#![forbid(unsafe_code)]
//! A filesystem that lies on purpose: it shows a folder through FUSE and breaks a promise where a
//! [`Script`] says so.
//!
//! A detector that was never shown its fault is not tested. Each [`Fault`] is one promise of a
//! filesystem, broken as damaged ones, crashed ones and buggy ones break it: a listed name that
//! lookup denies, a byte that comes back changed, a full disk in the middle of a write. Which
//! calls on which names it concerns, and which of them, a [`Rule`] says; without rules the
//! filesystem is an honest one.
//!
//! Nothing is kept in the kernel's caches (names, attributes and data live for no time), so that
//! each system call comes here. Faults are decided by counters and seeds alone: a script does the
//! same in each run, as far as the calls come in the same order.
//!
//! ```no_run
//! use faultfs::{Call, Fault, Mounted, Rule, Script};
//! use rustix::io::Errno;
//!
//! let third_create_fails = Rule::new(Fault::Fail(Call::Create, Errno::NOENT)).nth(3);
//! let script = Script::new([third_create_fails]);
//! let mounted = Mounted::new("/tmp/backing".as_ref(), "/tmp/mnt".as_ref(), script)?;
//! # mounted.unmount()?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Needs /dev/fuse, and root or fusermount3.

mod attributes;
mod backing;
mod fault;
mod filesystem;
mod listing;
mod memory;
mod mounted;
mod nodes;
mod script;
mod shown;

pub use fault::{Call, Fault, Kind};
pub use mounted::Mounted;
pub use script::{Rule, Script};
