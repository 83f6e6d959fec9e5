//! Permission bits hold the caller up, or do not: nothing between.
//!
//! CAP_DAC_READ_SEARCH reads and enters what the bits forbid, and writes nothing that they forbid
//! (capabilities(7)): a service has it to read the files of others. The model knows those whom the
//! bits hold up and those whom they do not (CAP_DAC_OVERRIDE), and operations need no more. So
//! whoever has the first alone does without it meanwhile.

use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, set_capabilities};

/// While it lives, this thread and those that it starts read and enter what the bits allow.
#[must_use]
pub(super) struct HeldToModes {
    /// What the thread had, where something was given up.
    before: Option<CapabilitySets>,
}

impl HeldToModes {
    pub(super) fn new() -> Self {
        let before = capabilities(None).ok().filter(|sets| {
            sets.effective.contains(CapabilitySet::DAC_READ_SEARCH)
                && !sets.effective.contains(CapabilitySet::DAC_OVERRIDE)
        });
        let given_up = before.and_then(|mut sets| {
            sets.effective.remove(CapabilitySet::DAC_READ_SEARCH);
            set_capabilities(None, sets).ok()
        });
        HeldToModes { before: before.filter(|_| given_up.is_some()) }
    }
}

impl Drop for HeldToModes {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            // It may be taken back, since it stays permitted.
            let _ = set_capabilities(None, before);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::thread;

    use super::*;

    /// Whether this thread, and one that it starts, may list a directory of mode 0.
    fn may_list(path: &std::path::Path) -> [bool; 2] {
        let list = || fs::read_dir(path).is_ok();
        [list(), thread::scope(|scope| scope.spawn(list).join().unwrap())]
    }

    #[test]
    fn whoever_may_only_read_all_is_held_up_meanwhile() {
        let has = |set| capabilities(None).unwrap().effective.contains(set);
        if !has(CapabilitySet::DAC_READ_SEARCH) || !has(CapabilitySet::DAC_OVERRIDE) {
            return; // This needs root.
        }
        let dir = tempfile::tempdir().unwrap();
        let closed = dir.path().join("closed");
        fs::create_dir(&closed).unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
        // Capabilities are a thread's own.
        let reader = thread::spawn(move || {
            let held = HeldToModes::new();
            assert_eq!(may_list(&closed), [true; 2], "who overrides the bits goes on to");
            drop(held);
            let mut sets = capabilities(None).unwrap();
            sets.effective.remove(CapabilitySet::DAC_OVERRIDE);
            set_capabilities(None, sets).unwrap();
            let held = HeldToModes::new();
            assert_eq!(may_list(&closed), [false; 2]);
            drop(held);
            assert_eq!(may_list(&closed), [true; 2], "and has it back");
        });
        reader.join().unwrap();
    }
}
