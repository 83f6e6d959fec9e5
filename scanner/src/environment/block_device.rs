//! The block device that a root's filesystem lies on.
//!
//! Looks at /sys/dev/block/MAJ:MIN, which leads to the kernel's name, and at what its disk calls
//! itself. `IET VIRTUAL-DISK` is what an iSCSI target of Longhorn's says, and others' as well.

use std::path::{Path, PathBuf};

use reports::{Answer, Fact, FactName};

use super::disk::Disk;
use super::place::Place;
use super::probe::{Learnt, answer};
use super::words::shown;
use super::{Probe, Surroundings};

/// The block device that a root's filesystem lies on.
pub(super) struct BlockDevice;

impl Probe for BlockDevice {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::BlockDevice, FactName::DeviceModel]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        surroundings.places.iter().flat_map(|place| of_place(surroundings, place)).collect()
    }
}

fn of_place(surroundings: &Surroundings, place: &Place) -> [Fact; 2] {
    let sysfs = sysfs_of(surroundings, place);
    let name = sysfs.as_deref().map_err(String::as_str);
    let name = name.map(|sysfs| shown(sysfs.file_name().unwrap_or_default()));
    let model = match &sysfs {
        Ok(sysfs) => model_of(sysfs),
        Err(why) => Learnt::unknown(why, "/sys/dev/block"),
    };
    [
        Fact::of_path(FactName::BlockDevice, &place.name, answer(name), "/sys/dev/block"),
        Fact::of_path(FactName::DeviceModel, &place.name, model.answer, model.source),
    ]
}

/// The device's directory in sysfs.
fn sysfs_of(surroundings: &Surroundings, place: &Place) -> Result<PathBuf, String> {
    let (major, minor) = place.mount()?.device;
    // What lies on no block device has numbers of no device (kernel fs/super.c, get_anon_bdev).
    if major == 0 {
        return Err("it lies on no block device".to_owned());
    }
    let link = surroundings.system_file(&format!("/sys/dev/block/{major}:{minor}"));
    link.canonicalize()
        .map_err(|error| format!("{major}:{minor} in /sys/dev/block: {}", error.kind()))
}

fn model_of(sysfs: &Path) -> Learnt {
    let Disk { source, vendor, model } = Disk::of(sysfs);
    let source = shown(source);
    match model {
        Some(model) => {
            let words: Vec<_> = vendor.into_iter().chain([model]).collect();
            Learnt::new(Answer::is(words.join(" ")), source)
        }
        None => Learnt::unknown("the device says nothing of itself", source),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::tests::{Fixture, value};
    use super::*;
    use crate::mounts::parse;

    fn fixture(device: &str) -> Fixture {
        let mut fixture = Fixture::with(&[
            ("sys/devices/x/block/sdb/device/vendor", "IET     \n"),
            ("sys/devices/x/block/sdb/device/model", "VIRTUAL-DISK\u{7}\n"),
            ("sys/devices/x/block/sdb/sdb1/partition", "1\n"),
            ("sys/devices/x/block/dm-3/dm/name", "pvc\n"),
            ("sys/devices/x/block/vda/device/vendor", "0x1af4\n"),
            ("sys/dev/block/readme", ""),
        ]);
        let links = [("8:16", "sdb"), ("8:17", "sdb/sdb1"), ("252:3", "dm-3"), ("254:0", "vda")];
        for (numbers, name) in links {
            let link = fixture.0.system.join("sys/dev/block").join(numbers);
            symlink(format!("../../devices/x/block/{name}"), link).unwrap();
        }
        let line = format!("1 0 {device} / /mnt rw - ext4 /dev/x rw\n");
        let mut place = Place::unresolved(Path::new("/mnt"), "not looked up".to_owned());
        place.mount = parse(line.as_bytes()).pop();
        fixture.0.places = vec![place];
        fixture
    }

    #[test]
    fn disks_and_partitions_tell_what_they_are() {
        let cases = [
            ("8:16", Some("sdb"), Some("IET VIRTUAL-DISK\\u{7}")),
            ("8:17", Some("sdb1"), Some("IET VIRTUAL-DISK\\u{7}")),
            ("252:3", Some("dm-3"), None),
            ("254:0", Some("vda"), None),
            ("8:99", None, None),
            ("0:44", None, None),
        ];
        for (device, name, model) in cases {
            let fixture = fixture(device);
            let text = |fact| value(&BlockDevice, &fixture, fact).ok()?.text().map(str::to_owned);
            assert_eq!(text(FactName::BlockDevice).as_deref(), name, "{device}");
            assert_eq!(text(FactName::DeviceModel).as_deref(), model, "{device}");
        }
    }
}
