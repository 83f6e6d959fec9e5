//! What is mounted at a root.
//!
//! Looks at the root's line of the mount table (proc_pid_mountinfo(5)), which needs no right and
//! nothing of the filesystem itself.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use reports::{Answer, Fact, FactName};

use super::probe::answer;
use super::root_filesystem::layers;
use super::words::shown;
use super::{Probe, Surroundings};
use crate::mounts::Mount;
use crate::root_report::join_options;

/// What is mounted at a root.
pub(super) struct RootMount;

const SOURCE: &str = "/proc/thread-self/mountinfo";

impl Probe for RootMount {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::Filesystem, FactName::Device, FactName::MountOptions, FactName::Layers]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let facts = surroundings.places.iter().flat_map(|place| {
            let mount = place.mount();
            let text = |of: fn(&Mount) -> String| answer(mount.clone().map(of));
            let facts: [(FactName, Answer); 4] = [
                (FactName::Filesystem, text(|mount| shown(&mount.filesystem))),
                (FactName::Device, text(|mount| shown(OsStr::from_bytes(&mount.source)))),
                (FactName::MountOptions, text(|mount| shown(join_options(mount)))),
                (FactName::Layers, layers(mount.clone())),
            ];
            facts.map(|(name, answer)| Fact::of_path(name, &place.name, answer, SOURCE))
        });
        facts.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Place;
    use super::super::tests::{Fixture, value};
    use super::*;
    use crate::mounts::parse;

    fn learn(line: &str, name: FactName) -> Option<String> {
        let mut fixture = Fixture::with(&[]);
        let mut place = Place::unresolved(Path::new("/mnt"), "not looked up".to_owned());
        place.mount = parse(line.as_bytes()).pop();
        fixture.0.places = vec![place];
        value(&RootMount, &fixture, name).ok()?.text().map(str::to_owned)
    }

    #[test]
    fn the_line_of_the_mount_table_is_told_without_its_dangers() {
        let line = "1 0 8:1 / /mnt rw,relatime - ext4 /dev/\u{1b}[31m rw,errors=continue\n";
        let of = |name| learn(line, name);
        assert_eq!(of(FactName::Filesystem).as_deref(), Some("ext4"));
        assert_eq!(of(FactName::Device).as_deref(), Some("/dev/\\u{1b}[31m"));
        assert_eq!(of(FactName::MountOptions).as_deref(), Some("rw,relatime;rw,errors=continue"));
        assert_eq!(of(FactName::Layers), None);
        assert_eq!(learn("", FactName::Filesystem), None, "it has no mount");
    }
}
