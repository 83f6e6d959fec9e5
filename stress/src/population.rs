//! The tree that the lower layers of overlays hold.

use std::os::fd::BorrowedFd;
use std::sync::Arc;

use rustix::io::Errno;

use crate::model::{Caller, Model};
use crate::name::Names;
use crate::op::Op;
use crate::outcome::Seen;
use crate::target::{DirectoryTarget, Target};

/// The operations that make it.
const LINES: &[&str] = &[
    "mkdir d0 mode=0755",
    "mkdir d1 mode=0755",
    "mkdir d0/d1 mode=0755",
    "mkdir d1/d0 mode=0755",
    "mkdir d2 mode=0755",
    "create f0 mode=0644",
    "write f0 at=0 length=5000 fill=1",
    "create f1 mode=0600",
    "create d0/f0 mode=0644",
    "write d0/f0 at=8192 length=100 fill=2",
    "create d0/f1 mode=0755",
    "create d0/d1/f2 mode=0644",
    "write d0/d1/f2 at=0 length=70000 fill=3",
    "create d1/f3 mode=0444",
    "symlink d0/f0 f2",
    "symlink f0 d1/f4",
    "create odd0 mode=0644",
    "create long0 mode=0644",
    "mkdir d2/odd6 mode=0755",
    "fill d2 crowd=short count=40",
];

/// What makes a file, `F`, that has several names.
const FILE: &[&str] = &["create F mode=0644", "write F at=0 length=9000 fill=4"];

/// Its names: the first, and those that are linked to it.
const FIRST: &str = "f7";
const OTHERS: &[&str] = &["d0/f7", "d1/d0/f7"];

/// What the names of a file are in an overlay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// Names of the same file (`index=on`).
    Kept,
    /// Names of a file each: what is written by one name is not seen by the other. Source:
    /// Documentation/filesystems/overlayfs.rst, "Non-standard behavior".
    Broken,
}

/// What makes it.
pub fn operations(links: Links) -> impl Iterator<Item = Op> {
    let lines = LINES.iter().map(ToString::to_string);
    let file = |name: &str| FILE.iter().map(|line| line.replace('F', name)).collect::<Vec<_>>();
    let others = OTHERS.iter().flat_map(move |name| match links {
        Links::Kept => vec![format!("link {FIRST} {name}")],
        Links::Broken => file(name),
    });
    lines.chain(file(FIRST)).chain(others).filter_map(|line| line.parse().ok())
}

/// Makes it in a directory.
pub fn make(names: &Arc<Names>, directory: BorrowedFd<'_>) -> Result<(), Errno> {
    let top = rustix::io::fcntl_dupfd_cloexec(directory, 3)?;
    let mut target = DirectoryTarget::new(Arc::clone(names), top);
    operations(Links::Kept).try_for_each(|op| target.apply(&op).map(drop))
}

/// A model that begins with it: made earlier than any operation.
pub fn model(names: &Arc<Names>, caller: Caller, links: Links) -> Model {
    let long_ago = (0, 0);
    let mut model = Model::new(Arc::clone(names), caller, long_ago);
    for op in operations(links) {
        let plan = model.plan(&op);
        model.carry_out(plan, &Ok(Seen::Done), long_ago);
    }
    model.set_lower();
    for path in OTHERS.iter().chain([&FIRST]).filter_map(|name| name.parse().ok()) {
        model.set_lower_names(&path, OTHERS.len() as u32 + 1);
    }
    model
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::judge;

    #[test]
    fn the_model_begins_with_what_is_made() {
        let lines = |links| operations(links).count();
        let several = OTHERS.len();
        assert_eq!(lines(Links::Kept), LINES.len() + FILE.len() + several, "all are operations");
        assert_eq!(lines(Links::Broken), LINES.len() + FILE.len() * (1 + several));
        let directory = tempfile::tempdir().unwrap();
        let open = || std::fs::File::open(directory.path()).unwrap();
        let names = Arc::default();
        make(&names, std::os::fd::AsFd::as_fd(&open())).unwrap();
        let caller = Caller { overrides: true, umask: crate::umask::umask() };
        let model = model(&names, caller, Links::Kept);
        let mut target = DirectoryTarget::new(Arc::clone(&names), open().into());
        for op in model.observations() {
            let plan = model.plan(&op);
            assert_eq!(judge(&model, &plan.expected, &target.apply(&op)), [], "{op}");
        }
    }
}
