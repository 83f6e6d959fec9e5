use std::os::unix::fs::symlink;

use super::samples::NAME;
use super::*;

/// A disk in sysfs that says its vendor and model.
fn disk(sys: &Path, name: &str, vendor: &str, model: &str) {
    let folder = sys.join("devices").join(name);
    fs::create_dir_all(folder.join("device")).unwrap();
    fs::write(folder.join("device/vendor"), format!("{vendor:8}\n")).unwrap();
    fs::write(folder.join("device/model"), format!("{model:16}\n")).unwrap();
}

/// The device 252:7 is `folder`, which may stand on `slave`.
fn is_mounted(sys: &Path, folder: &str, slave: Option<&str>) {
    let device = sys.join("devices").join(folder);
    fs::create_dir_all(device.join("slaves")).unwrap();
    if let Some(slave) = slave {
        symlink(sys.join("devices").join(slave), device.join("slaves").join(slave)).unwrap();
    }
    symlink(device, sys.join("dev/block/252:7")).unwrap();
}

/// Tells in a word what a root is on.
fn told(place: &Place, sys: &Path) -> String {
    match backing::of(place, sys) {
        Backing::Named { name, is_certain: true, .. } => format!("certainly {name}"),
        Backing::Named { name, is_certain: false, .. } => format!("perhaps {name}"),
        Backing::Unnamed => "unnamed".to_owned(),
        Backing::BlockDevice => "block device".to_owned(),
        Backing::Elsewhere { why } => why,
    }
}

#[test]
fn the_mount_table_names_the_volume() {
    let kubelet = "/var/lib/kubelet/pods/7/volumes/kubernetes.io~csi/pvc-9/mount";
    for (point, filesystem, source, due) in [
        ("/h", "ext4", &*format!("/dev/longhorn/{NAME}"), &*format!("certainly {NAME}")),
        ("/h", "xfs", "/dev/longhorn/data.set", "certainly data.set"),
        ("/h", "ext4", "/dev/longhorn/-n", "unnamed"),
        ("/h", "ext4", "/dev/longhorn/a/b", "unnamed"),
        ("/h", "ext4", "/dev/longhorn/a\\040b", "unnamed"),
        ("/h", "ext4", "/dev/longhorn/", "unnamed"),
        ("/h", "ext4", "/dev/mapper/pvc-1", "perhaps pvc-1"),
        ("/h", "ext4", "/dev/mapper/vg-root", "block device"),
        ("/h", "ext4", "/dev/sda1", "block device"),
        (kubelet, "ext4", "/dev/sda1", "perhaps pvc-9"),
        ("/h", "nfs4", "10.43.7.1:/pvc-1", "perhaps pvc-1"),
        ("/h", "nfs4", "[fd00::1]:/pvc-1/", "perhaps pvc-1"),
        (
            "/h",
            "nfs",
            "server:/export/pvc-1",
            "not on a Longhorn volume: its NFS export is not called as one",
        ),
        ("/h", "nfs", "server:/", "not on a Longhorn volume: its NFS export is not called as one"),
        ("/h", "tmpfs", "tmpfs", "not on a Longhorn volume: it is tmpfs"),
        ("/h", "overlay", "overlay", "not on a Longhorn volume: it is overlay"),
        ("/h", "virtiofs", "pvc-1", "not on a Longhorn volume: it is virtiofs"),
    ] {
        assert_eq!(told(&place(point, filesystem, source), Path::new("/nowhere")), due, "{source}");
    }
    let mut unknown = place("/h", "ext4", "/dev/sda1");
    unknown.mount = None;
    assert_eq!(told(&unknown, Path::new("/nowhere")), "what is mounted there is not known");
}

#[test]
fn a_sub_path_is_of_its_volume() {
    let mut mount = place("/h", "ext4", "/dev/sdb");
    mount.mount.as_mut().unwrap().root =
        b"/var/lib/kubelet/pods/7/volume-subpaths/pvc-3/dev/0".to_vec();
    assert_eq!(told(&mount, Path::new("/nowhere")), "perhaps pvc-3");
    let named = place("/h", "ext4", "/dev/longhorn/pvc-3");
    assert_eq!(told(&named, Path::new("/nowhere")), "certainly pvc-3");
}

#[test]
fn the_device_says_that_it_is_longhorns() {
    for (vendor, model, folder, slave, source, due) in [
        ("IET", "VIRTUAL-DISK", "sdb", None, "/dev/sdb", "unnamed"),
        ("IET", "VIRTUAL-DISK", "sdb/sdb1", None, "/dev/sdb1", "unnamed"),
        ("ATA", "VIRTUAL-DISK", "sdb", None, "/dev/sdb", "block device"),
        ("IET", "Controller", "sdb", None, "/dev/sdb", "block device"),
        ("IET", "VIRTUAL-DISK", "dm-3", Some("sdb"), "/dev/mapper/crypt", "unnamed"),
        ("IET", "VIRTUAL-DISK", "dm-3", Some("sdb"), "/dev/mapper/pvc-1", "perhaps pvc-1"),
        ("IET", "VIRTUAL-DISK", "sdb/inner", None, "/dev/mapper/x", "block device"),
        ("IET", "VIRTUAL-DISK", "dm-3", Some("sdb"), "/dev/dm-3", "unnamed"),
        ("ATA", "DISK", "dm-3", Some("sdb"), "/dev/mapper/crypt", "block device"),
        ("ATA", "DISK", "dm-3", Some("sdb"), "/dev/mapper/pvc-1", "perhaps pvc-1"),
    ] {
        let machine = Machine::new();
        let sys = machine.folder.path().join("sys");
        disk(&sys, "sdb", vendor, model);
        fs::create_dir_all(sys.join("devices/sdb/sdb1")).unwrap();
        fs::write(sys.join("devices/sdb/sdb1/partition"), "1\n").unwrap();
        is_mounted(&sys, folder, slave);
        assert_eq!(told(&place("/h", "ext4", source), &sys), due, "{folder} {source}");
    }
}

#[test]
fn a_device_is_found_by_name_where_its_number_is_of_no_device() {
    let machine = Machine::new();
    let sys = machine.folder.path().join("sys");
    disk(&sys, "sdb", "IET", "VIRTUAL-DISK");
    fs::create_dir_all(sys.join("class/block")).unwrap();
    symlink(sys.join("devices/sdb"), sys.join("class/block/sdb")).unwrap();
    assert_eq!(told(&place("/h", "btrfs", "/dev/sdb"), &sys), "unnamed");
}
