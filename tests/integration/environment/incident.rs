//! The case that fscan was made for: a home on a volume with one replica and no backup, whose ext4
//! has a directory index that no longer fits and a freed inode behind a name; Docker's data root
//! on overlay; a user without subordinate ids.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use nix::mount::{MsFlags, mount};

use super::{environment, programs};
use crate::harness::{Dir, Fscan, Image, Mount, Need, Outcome, User, files, in_lab};

const LAB: &[Need] = &[
    Need::Loop,
    Need::Filesystem("overlay"),
    Need::Tool("mkfs.ext4"),
    Need::Tool("debugfs"),
    Need::Tool("setpriv"),
];

const VOLUME: &str = r#"{"kind": "List", "apiVersion": "v1", "items": [{
  "apiVersion": "longhorn.io/v1beta2",
  "kind": "Volume",
  "metadata": {"name": "pvc-3f0c0a52", "namespace": "longhorn-system"},
  "spec": {"numberOfReplicas": 1, "size": "64424509440", "dataEngine": "v1",
           "image": "longhornio/longhorn-engine:v1.7.2", "snapshotDataIntegrity": "ignored"},
  "status": {"state": "attached", "robustness": "healthy", "currentNodeID": "node-1",
             "lastBackup": "", "lastBackupAt": "", "lastDegradedAt": "",
             "kubernetesStatus": {"pvName": "pvc-3f0c0a52", "pvcName": "coder-home",
                                  "namespace": "coder"}}
}, {
  "apiVersion": "v1",
  "kind": "PersistentVolume",
  "metadata": {"name": "pvc-3f0c0a52"},
  "spec": {"persistentVolumeReclaimPolicy": "Delete", "storageClassName": "longhorn",
           "claimRef": {"namespace": "coder", "name": "coder-home"},
           "csi": {"driver": "driver.longhorn.io", "volumeHandle": "pvc-3f0c0a52"}}
}]}"#;

/// A home that anybody may write to, damaged as described.
fn damaged_home(dir: &Dir) -> (Image, Mount) {
    let image = Image::ext4(dir, 64, &["-b", "4096"]);
    image.fill(|top| {
        fs::set_permissions(top, fs::Permissions::from_mode(0o777)).unwrap();
        files(&top.join("app/node_modules"), 500);
        fs::write(top.join("app/victim"), "content").unwrap();
    });
    let seed = "set_super_value hash_seed 11111111-2222-3333-4444-555555555555";
    image.debugfs(&["clri /app/victim", seed]);
    let home = image.mount("errors=continue");
    (image, home)
}

/// Docker's data root is a folder of an overlay, as in a pod without a volume for it.
fn data_root_on_overlay(dir: &Dir) -> [Mount; 3] {
    let varlib = Mount::tmpfs(Path::new("/var/lib"), "mode=0755");
    let layers = Mount::tmpfs(&dir.join("layers"), "mode=0755");
    for name in ["lower", "upper", "work"] {
        fs::create_dir(layers.join(name)).unwrap();
    }
    let docker = Path::new("/var/lib/docker");
    let overlay =
        Mount::overlay(docker, &layers.join("lower"), &layers.join("upper"), &layers.join("work"));
    fs::set_permissions(docker, fs::Permissions::from_mode(0o777)).unwrap();
    [overlay, layers, varlib]
}

/// Nobody has subordinate ids.
fn no_subordinate_ids(dir: &Dir) {
    let empty = dir.file("empty", b"");
    for file in ["/etc/subuid", "/etc/subgid"] {
        if Path::new(file).exists() {
            mount(Some(&empty), file, None::<&str>, MsFlags::MS_BIND, None::<&str>).unwrap();
        }
    }
}

fn scan(dir: &Dir, home: &Mount) -> Outcome {
    let found = "echo fake";
    let programs = programs(dir, &[("docker", found), ("buildah", found)]);
    let volume = dir.file("volume.json", VOLUME.as_bytes());
    let report = dir.join("report.json");
    let run = Fscan::new(dir).args(["--format", "json", "-o"]).arg(report).arg(home.point());
    let run = run.arg("--longhorn").arg(volume).programs(&programs);
    run.variable("HOME", home.point()).user(User::Nobody).run()
}

#[test]
fn the_report_alone_leads_through_the_incident() {
    in_lab(LAB, |dir| {
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let (_image, home) = damaged_home(dir);
        let _docker = data_root_on_overlay(dir);
        no_subordinate_ids(dir);
        let outcome = scan(dir, &home);
        let report = outcome.expect_code(1).report();
        outcome.expect(report.verdict == "corrupt", "the verdict");
        for code in ["dirent-dangling", "dirent-bad-inode", "volume-not-redundant"] {
            outcome.expect(report.codes().contains(code), code);
        }

        let known = environment(&outcome);
        for (component, status) in [
            ("docker-builds", "fails"),
            ("buildkit-nested-overlay", "fails"),
            ("package-extraction", "at-risk"),
            ("node-modules-on-tmpfs", "works"),
            ("buildah", "fails"),
            ("volume-filesystem", "fails"),
            ("longhorn-volume", "at-risk"),
        ] {
            outcome.expect(known.status(component) == status, component);
        }

        let ids: Vec<_> = report.recommendations.iter().map(|advice| advice.id.as_str()).collect();
        let expected = [
            "secure-data",
            "snapshot-longhorn-volume",
            "retain-volume",
            "back-up-first",
            "suspect-directory-index",
            "date-kernel-errors",
            "check-longhorn-ext4-offline",
            "check-in-instance-manager",
            "healthy-is-no-proof",
            "repair-longhorn-ext4",
            "recreate-volume-claim",
            "install-on-tmpfs",
            "move-pnpm-store",
            "docker-data-volume",
            "add-subordinate-ids",
            "stop-writes-on-errors",
            "raise-replicas",
            "new-storage-class",
        ];
        outcome.expect(ids == expected, &format!("in this order: {ids:#?}"));
        expect_nothing_destroyed(dir, &outcome);
        expect_honest_words(dir);
    });
}

/// Destructive commands are there only once somebody says that a copy was verified.
fn expect_nothing_destroyed(dir: &Dir, outcome: &Outcome) {
    let destroys = |outcome: &Outcome| {
        let advice = outcome.report().recommendations;
        let steps = advice.iter().flat_map(|advice| &advice.steps);
        let commands: Vec<_> = steps.filter_map(|step| step.command.clone()).collect();
        ["e2fsck -fy", "delete pvc"].map(|words| commands.iter().any(|c| c.contains(words)))
    };
    outcome.expect(destroys(outcome) == [false, false], "nothing is destroyed");
    let held = outcome.report().recommendations;
    let held = held.iter().filter_map(|advice| advice.held_back.as_deref());
    let says_why = held.filter(|why| why.contains("no backup of the volume is known")).count();
    outcome.expect(says_why == 2, "and it is said why");

    let again = Fscan::new(dir).args(["report", "--copy-verified", "--format", "json"]);
    let again = again.arg(dir.join("report.json")).run();
    again.expect(destroys(&again) == [true, true], "with a verified copy they are given");
}

/// The text says no more about the cause than is known.
fn expect_honest_words(dir: &Dir) {
    let outcome = Fscan::new(dir).arg("report").arg(dir.join("report.json")).run();
    let text = outcome.expect_code(0).stdout().replace('\n', " ");
    let words: Vec<_> = text.split_whitespace().collect();
    let text = words.join(" ");
    for expected in [
        "one replica explains no damage to a filesystem",
        "the cause is undetermined",
        "kubectl -n coder describe pvc coder-home",
        "e2fsck -fn /dev/longhorn/pvc-3f0c0a52",
        "PVC filesystem fails",
        "Longhorn volume at risk pvc-3f0c0a52 has a single replica",
    ] {
        outcome.expect(text.contains(expected), expected);
    }
    outcome.expect(!text.contains("root cause"), "no cause is claimed");
}
