#![deny(unsafe_code)]
//! Walks a live filesystem and judges what it says, through system calls alone.
//!
//! The data flows one way: a `walk` visits every directory; each is looked at once, and what
//! was seen goes through the `checks`, which are pure questions with anomalies for answers; an
//! anomaly is looked at again (`second_look`) until it is a finding, explained by a change, or
//! left unchecked; questions about the tree as a whole (`links`), about the filesystem's blocks and
//! inodes (`allocation`) and about the kernel's own record (`kernel`) come last. [`scan()`] ties
//! this together, one root after the other.
//!
//! What a tree holds can be kept as a `manifest`, and two manifests, or one and the tree of today,
//! be `compare`d: was anything lost, and did every byte survive?
//!
//! What a scan read before it was stopped is kept in a `checkpoint`, and the next one goes on there.
//!
//! What nobody uses can be looked at in another way: `offline` has e2fsck check an image or a
//! detached device and turns what it prints into findings.
//!
//! What a machine, a pod and a volume are is learnt by the probes of `environment`, after the walk:
//! they list directories as well, and the kernel tells of some damage only once. `program` runs what
//! others wrote, for a limited time.
//!
//! Nothing here prints, and nothing follows a symbolic link or crosses a mount unasked.

mod allocation;
mod archive;
mod attributes;
mod checkpoint;
mod checks;
pub mod compare;
mod content;
mod control;
mod environment;
mod errors_policy;
mod examine;
mod examiner;
mod exclusions;
mod extents;
mod features;
mod filesystem;
mod filesystem_identity;
mod first_hole;
mod footing;
mod gathered;
mod inline_content;
mod inode_facts;
mod inode_flags;
mod inspect;
mod kernel;
mod links;
pub mod manifest;
mod memory;
mod mount_session;
mod mounted_again;
pub mod mounts;
mod names;
mod oddities;
mod offline;
mod options;
pub mod program;
mod recorded;
mod refusals;
mod root_report;
mod root_scan;
mod roots;
pub mod round_trip;
mod scan;
mod scope;
pub mod scratch;
mod second_look;
mod self_check;
mod shard;
mod stamp;
mod supervise;
mod system_calls;
mod walk;

pub use checkpoint::{Checkpoint, CheckpointError, CheckpointRoot, Ending, Replaced};
pub use checks::{errno_name, errno_word};
pub use control::Control;
pub use environment::{
    Effort, EnvironmentOptions, GivenError, LONGEST_LONGHORN, LonghornObjects, LonghornSource,
    PROBE_TIME, asked, judge_unscanned, learn_environment, read_longhorn,
};
pub use errors_policy::ErrorsPolicy;
pub use exclusions::{ExclusionError, Exclusions};
pub use filesystem_identity::FilesystemIdentity;
pub use footing::Footing;
pub use inode_facts::{Device, FileKind, InodeTime};
pub use memory::available as available_memory;
pub use mount_session::is_one_in_memory;
pub use offline::{ImageCheck, ImageError, ImageOptions, check_image};
pub use options::{CHECK_NAMES, CheckSet, ScanOptions};
pub use recorded::{PendingRecords, Recorded};
pub use roots::{RootError, may_be_looked_up};
pub use scan::{Scan, Walked, merge, scan, walk};
pub use shard::{
    GivenToMerge, JoinError, Joined, SHARD_VERSION, Shard, ShardFacts, ShardFile, ShardFileError,
    ShardHeader, join, kind_of_shard_file, read_shard, read_shard_from, write_shard,
};
pub use system_calls::{close_written, set_idle_io_class};
