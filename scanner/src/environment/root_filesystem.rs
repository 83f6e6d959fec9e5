//! What / is.
//!
//! Looks at the mount table. Proves the type of the filesystem and, of an overlay, how many lower
//! layers it was mounted with; that number is no stacking depth.

use std::path::Path;

use reports::{Answer, Fact, FactName};

use super::probe::{Learnt, answer};
use super::words::shown;
use super::{Probe, Surroundings};
use crate::mounts::{self, Mount};

/// What / is.
pub(super) struct RootFilesystem;

const SOURCE: &str = "/proc/thread-self/mountinfo";

impl Probe for RootFilesystem {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::RootFilesystem, FactName::RootLayers]
    }

    fn learn(&self, _: &Surroundings) -> Vec<Fact> {
        let mount = mounts::of_path(Path::new("/"));
        let mount = mount.as_ref().ok_or_else(|| "the mount table does not have /".to_owned());
        let kind = mount.clone().map(|mount| shown(&mount.filesystem));
        vec![
            Learnt::new(answer(kind), SOURCE).of_machine(FactName::RootFilesystem),
            Fact::of_machine(FactName::RootLayers, layers(mount), SOURCE),
        ]
    }
}

/// How many lower layers a mount has.
pub(super) fn layers(mount: Result<&Mount, String>) -> Answer {
    match mount {
        Ok(mount) if mount.filesystem != "overlay" => {
            Answer::unknown(format!("{} has no layers", shown(&mount.filesystem)))
        }
        Ok(mount) => Answer::is(count(&mount.super_options)),
        Err(why) => Answer::unknown(why),
    }
}

/// `lowerdir=a:b::data`, or one option for each (kernel Documentation/filesystems/overlayfs.rst).
fn count(options: &str) -> u64 {
    let counts = options.split(',').filter_map(|option| match option.split_once('=')? {
        ("lowerdir", paths) => Some(paths_in(paths)),
        ("lowerdir+" | "datadir+", _) => Some(1),
        _ => None,
    });
    counts.sum()
}

/// A colon within a path has a backslash before it.
fn paths_in(paths: &str) -> u64 {
    let whole = paths.replace("\\\\", "").replace("\\:", "");
    whole.split(':').filter(|path| !path.is_empty()).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_layers_are_counted() {
        let cases = [
            ("rw,lowerdir=/a:/b:/c,upperdir=/u,workdir=/w", 3),
            ("rw,lowerdir=/a", 1),
            ("rw,lowerdir=/a\\:b:/c", 2),
            ("rw,lowerdir=/a::/data", 2),
            ("rw,lowerdir+=/a,lowerdir+=/b:c,datadir+=/d", 3),
            ("rw", 0),
        ];
        for (options, layers) in cases {
            assert_eq!(count(options), layers, "{options}");
        }
    }
}
