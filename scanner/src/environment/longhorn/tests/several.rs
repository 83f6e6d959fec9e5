//! Several roots, and a volume that none of them names.

use std::os::unix::fs::symlink;

use super::samples::*;
use super::*;
use serde_json::Value;

/// A root on the block device 8:`minor`.
fn on(point: &str, minor: u32, source: &str) -> Place {
    let mut place = place(point, "ext4", source);
    place.mount.as_mut().unwrap().device = (8, minor);
    place
}

/// The device 8:`minor` with a model, of so many sectors of 512 bytes.
fn disk(machine: &Machine, minor: u32, model: &str, sectors: u64) {
    let sys = machine.folder.path().join("sys");
    let device = sys.join(format!("devices/sd{minor}"));
    fs::create_dir_all(device.join("device")).unwrap();
    fs::write(device.join("device/vendor"), "IET\n").unwrap();
    fs::write(device.join("device/model"), model).unwrap();
    fs::write(device.join("size"), format!("{sectors}\n")).unwrap();
    symlink(device, sys.join(format!("dev/block/8:{minor}"))).unwrap();
}

/// The size of the sample volume, in sectors.
const WHOLE: u64 = 64_424_509_440 / 512;

/// What a volume may be larger than a device on it, in bytes.
const OVERHEAD: u64 = 64 << 20;

/// Which of these roots are on the volume, and why the first that is not is not.
fn on_it(machine: &Machine, objects: &[Value], places: Vec<Place>) -> (Vec<String>, String) {
    let facts = machine.learn_given_of(&documents(objects), places);
    let volumes = facts.0.iter().filter(|fact| fact.name == FactName::LonghornVolume);
    let (mut on, mut why) = (Vec::new(), String::new());
    for fact in volumes {
        match &fact.answer {
            Answer::Value(value) => {
                assert_eq!(value.text(), Some(NAME));
                on.push(fact.path.as_ref().unwrap().escaped());
            }
            Answer::Unknown(reason) if why.is_empty() => why.clone_from(reason),
            Answer::Unknown(_) => {}
        }
    }
    (on, why)
}

fn homes() -> Vec<Place> {
    vec![on("/", 1, "/dev/sda1"), on("/home", 2, "/dev/sdb")]
}

#[test]
fn one_block_device_alone_is_taken_whatever_its_size() {
    let machine = Machine::new();
    disk(&machine, 2, "x", 131_072);
    let places = vec![on("/home", 2, "/dev/sdb"), place("/tmp", "tmpfs", "tmpfs")];
    assert_eq!(on_it(&machine, &[volume()], places).0, ["/home"]);
    // Two roots on one device are no two candidates.
    let places = vec![on("/home", 2, "/dev/sdb"), on("/srv", 2, "/dev/sdb")];
    assert_eq!(on_it(&machine, &[volume()], places).0, ["/home", "/srv"]);
}

#[test]
fn of_several_block_devices_none_is_taken_without_a_reason() {
    for objects in [vec![volume()], vec![volume(), claim(), persistent_volume()]] {
        let (on, why) = on_it(&Machine::new(), &objects, homes());
        assert_eq!(on, [""; 0]);
        assert!(
            why.ends_with(&format!("2 roots may be on the volume {NAME}; ask about one alone"))
        );
    }
}

#[test]
fn the_size_chooses_between_several() {
    for (root, home, due) in [
        (WHOLE * 2, WHOLE, vec!["/home"]),
        (WHOLE + 1, WHOLE - (OVERHEAD >> 9), vec!["/home"]),
        (WHOLE - (OVERHEAD >> 9) - 1, WHOLE, vec!["/home"]),
        (WHOLE, WHOLE, vec![]),
        (WHOLE / 2, WHOLE / 2, vec![]),
    ] {
        let machine = Machine::new();
        disk(&machine, 1, "x", root);
        disk(&machine, 2, "x", home);
        let (on, why) = on_it(&machine, &[volume()], homes());
        assert_eq!(on, due, "{root} {home}");
        assert_eq!(why.contains("another root is rather on"), due.len() == 1, "{why}");
    }
}

#[test]
fn a_device_like_longhorns_comes_first() {
    let machine = Machine::new();
    disk(&machine, 1, "x", WHOLE);
    disk(&machine, 2, "VIRTUAL-DISK", WHOLE / 4);
    assert_eq!(on_it(&machine, &[volume()], homes()).0, ["/home"]);
}

#[test]
fn what_another_root_is_known_to_be_on_is_not_guessed_again() {
    let named = || on("/home", 2, &format!("/dev/longhorn/{NAME}"));
    let machine = Machine::new();
    let places = vec![on("/", 1, "/dev/sda1"), named()];
    let (taken, why) = on_it(&machine, &[volume()], places);
    assert_eq!(taken, ["/home"]);
    assert!(why.ends_with(&format!("/home is on the volume {NAME}")), "{why}");
    let by_pod = [volume(), claim(), pod("/home")];
    let (taken, why) = on_it(&machine, &by_pod, homes());
    assert_eq!(taken, ["/home"]);
    assert!(why.ends_with(&format!("/home is on the volume {NAME}")), "{why}");
}
