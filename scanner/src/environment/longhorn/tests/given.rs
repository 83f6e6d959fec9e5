use serde_json::{Value, json};

use super::samples::*;
use super::*;

fn home() -> Place {
    place("/home/anna", "ext4", &format!("/dev/longhorn/{NAME}"))
}

fn learn(objects: &[Value]) -> Facts {
    Machine::new().learn_given(&documents(objects), home())
}

const WORKLOADS: &str = "/status/kubernetesStatus/workloadsStatus";
const NO_WORKLOAD: &str = "status.kubernetesStatus.workloadsStatus names none";
const NONE_TO_SCALE: &str =
    "status.kubernetesStatus.workloadsStatus names several, or none that can be scaled";

#[test]
fn every_fact_comes_from_the_objects_of_the_volume() {
    let all = [
        list(vec![volume(), engine(read_only("False"))]),
        persistent_volume(),
        claim(),
        storage_class(),
        setting("fast-check"),
    ];
    let due = [
        &format!("longhorn-volume={NAME}"),
        "claim=home-anna",
        "claim-namespace=dev",
        "workload=statefulset/anna",
        &format!("persistent-volume={NAME}"),
        "storage-class=longhorn",
        "reclaim-policy=Delete",
        "volume-state=attached",
        "volume-robustness=healthy",
        "volume-replicas=1",
        "volume-node=node-b",
        "volume-size=64424509440",
        "data-engine=v1",
        "longhorn-version=1.7.2",
        "snapshot-integrity=fast-check",
        "last-backup=",
        "last-degraded=",
        "last-salvaged=",
        "engine-read-only=false",
    ];
    let facts = learn(&all);
    assert_eq!(facts.known(), due);
    assert_eq!(
        facts.fact(FactName::VolumeReplicas).source,
        "volume.json, Volume: spec.numberOfReplicas"
    );
    // As members of lists of one kind they may leave out what they are.
    let mut bare = volume();
    bare.as_object_mut().unwrap().retain(|field, _| field != "kind" && field != "apiVersion");
    let typed = json!({"kind": "VolumeList", "apiVersion": "longhorn.io/v1beta2", "items": [bare]});
    assert_eq!(learn(&[vec![typed], all[1..].to_vec()].concat()).known(), due[..18]);
    // One after the other without anything between, with a byte order mark, in an array.
    let joined: String = all.iter().map(ToString::to_string).collect();
    let machine = Machine::new();
    assert_eq!(machine.learn_given(&format!("\u{feff}{joined}"), home()).known(), due);
    assert_eq!(machine.learn_given(&json!(all).to_string(), home()).known(), due);
}

#[test]
fn an_old_cluster_says_as_much() {
    let facts = learn(&[
        volume_v1beta1(),
        engine(json!({"FilesystemReadOnly": {"type": "FilesystemReadOnly", "status": "True"}})),
    ]);
    for (name, value) in [
        (FactName::DataEngine, "v1".into()),
        (FactName::LonghornVersion, "1.2.4".into()),
        (FactName::VolumeReplicas, 1.into()),
        (FactName::EngineReadOnly, true.into()),
        (FactName::Claim, "home-anna".into()),
    ] {
        assert_eq!(facts.value(name), value);
    }
    assert_eq!(
        facts.why(FactName::SnapshotIntegrity),
        "spec.snapshotDataIntegrity is empty or absent"
    );
    let policy = facts.why(FactName::ReclaimPolicy);
    assert!(
        policy.starts_with(
            "volume.json holds no PersistentVolume of it; it holds 1 Volume, 1 Engine"
        ),
        "{policy}"
    );
}

/// What one changed field comes to.
#[test]
fn each_field_has_its_fact() {
    use FactName as F;
    for (path, value, name, due) in [
        ("/status/robustness", json!("faulted"), F::VolumeRobustness, Ok("faulted".into())),
        ("/status/state", json!("detached"), F::VolumeState, Ok("detached".into())),
        (
            "/status/lastAutoSalvagedAt",
            json!("2026-05-01T02:03:04Z"),
            F::LastSalvaged,
            Ok("2026-05-01T02:03:04Z".into()),
        ),
        (
            "/status/lastDegradedAt",
            json!("2026-05-02T02:03:04Z"),
            F::LastDegraded,
            Ok("2026-05-02T02:03:04Z".into()),
        ),
        (
            "/status/lastBackupAt",
            json!("2026-05-03T02:03:04Z"),
            F::LastBackup,
            Ok("2026-05-03T02:03:04Z".into()),
        ),
        ("/status/lastBackup", json!("backup-12"), F::LastBackup, Ok("backup-12".into())),
        ("/status/lastBackupAt", json!(7), F::LastBackup, Err("status.lastBackupAt is not a text")),
        ("/status", json!(null), F::LastBackup, Err("the Volume has no status")),
        ("/status", json!("gone"), F::LastSalvaged, Err("the Volume has no status")),
        ("/status", json!({}), F::LastSalvaged, Ok("".into())),
        (WORKLOADS, json!([]), F::Workload, Err(NO_WORKLOAD)),
        (
            WORKLOADS,
            json!([{"workloadName": "a", "workloadType": "Deployment"}]),
            F::Workload,
            Ok("deployment/a".into()),
        ),
        (
            WORKLOADS,
            json!([{"workloadName": "a-7d9f", "workloadType": "ReplicaSet"}]),
            F::Workload,
            Err(NONE_TO_SCALE),
        ),
        (
            WORKLOADS,
            json!([
                {"workloadName": "a", "workloadType": "Deployment"},
                {"workloadName": "b", "workloadType": "Deployment"}
            ]),
            F::Workload,
            Err(NONE_TO_SCALE),
        ),
        (
            WORKLOADS,
            json!([{"workloadName": "a;id", "workloadType": "Deployment"}]),
            F::Workload,
            Err(NO_WORKLOAD),
        ),
        ("/spec/numberOfReplicas", json!(0), F::VolumeReplicas, Ok(0.into())),
        (
            "/spec/numberOfReplicas",
            json!("three"),
            F::VolumeReplicas,
            Err("spec.numberOfReplicas is not a number of 0 or more"),
        ),
        ("/spec/size", json!(null), F::VolumeSize, Err("spec.size is absent")),
        ("/spec/dataEngine", json!("v2"), F::DataEngine, Ok("v2".into())),
        ("/spec/dataEngine", json!(""), F::DataEngine, Ok("v1".into())),
        ("/status/currentImage", json!(""), F::LonghornVersion, Ok("1.7.2".into())),
        (
            "/status/currentImage",
            json!("a/b:master"),
            F::LonghornVersion,
            Err("the image a/b:master does not say its version"),
        ),
        (
            "/spec/snapshotDataIntegrity",
            json!("enabled"),
            F::SnapshotIntegrity,
            Ok("enabled".into()),
        ),
        (
            "/spec/snapshotDataIntegrity",
            json!("ignored"),
            F::SnapshotIntegrity,
            Ok("ignored".into()),
        ),
    ] {
        let facts = learn(&[with(path, value)]);
        let due: Result<FactValue, &str> = due;
        match due {
            Ok(value) => assert_eq!(facts.value(name), value, "{path}"),
            Err(why) => assert_eq!(facts.why(name), why, "{path}"),
        }
    }
    let history = with("/status/kubernetesStatus/lastPVCRefAt", "2026-05-01T02:03:04Z");
    assert!(learn(&[history]).why(FactName::Claim).contains("holds no PersistentVolumeClaim"));
}

#[test]
fn the_newest_completed_backup_counts_where_the_volume_tells_of_none() {
    let backups = [
        backup("Completed", "2026-05-01T02:03:04Z"),
        backup("Completed", "2026-05-03T01:00:00+02:00"),
        backup("Completed", "2026-05-02T23:30:00.5Z"),
        backup("Completed", "some time"),
        backup("Error", "2026-06-01T02:03:04Z"),
    ];
    let facts = learn(&[vec![volume()], backups.to_vec()].concat());
    assert_eq!(facts.value(FactName::LastBackup), "2026-05-02T23:30:00.5Z".into());
    let said = with("/status/lastBackupAt", "2026-04-01T02:03:04Z");
    let facts = learn(&[vec![said], backups.to_vec()].concat());
    assert_eq!(facts.value(FactName::LastBackup), "2026-04-01T02:03:04Z".into());
    let of_volume = json!({"apiVersion": "longhorn.io/v1beta2", "kind": "BackupVolume",
        "metadata": {"name": NAME}, "status": {"lastBackupAt": "2026-03-01T02:03:04Z"}});
    let facts = learn(&[volume(), of_volume]);
    assert_eq!(facts.value(FactName::LastBackup), "2026-03-01T02:03:04Z".into());
}

#[test]
fn the_setting_of_all_volumes_may_differ_by_engine() {
    let both = setting(r#"{"v1":"fast-check","v2":"disabled"}"#);
    let facts = learn(&[with("/spec/dataEngine", "v2"), both.clone()]);
    assert_eq!(facts.value(FactName::SnapshotIntegrity), "disabled".into());
    assert_eq!(learn(&[volume(), both]).value(FactName::SnapshotIntegrity), "fast-check".into());
    let facts = learn(&[volume(), setting("{}")]);
    assert!(facts.why(FactName::SnapshotIntegrity).contains("no value for its engine"));
}

#[test]
fn one_engine_of_several_that_says_yes_counts_most() {
    let volume = volume();
    let engines = |statuses: &[&str]| {
        let engines = statuses.iter().map(|status| engine(read_only(status)));
        learn(&engines.chain([volume.clone()]).collect::<Vec<_>>())
    };
    assert_eq!(engines(&["False", "True", "False"]).value(FactName::EngineReadOnly), true.into());
    assert_eq!(engines(&["False"]).value(FactName::EngineReadOnly), false.into());
    assert!(engines(&["False", "Unknown"]).why(FactName::EngineReadOnly).contains("neither"));
    let silent = learn(&[volume.clone(), engine(json!(null))]);
    assert!(silent.why(FactName::EngineReadOnly).contains("has no condition"));
}

#[test]
fn among_two_thousand_the_right_one_is_found() {
    let other = |number: usize| {
        let mut other = with("/spec/numberOfReplicas", 3);
        other["metadata"]["name"] = format!("pvc-{number}").into();
        other["status"]["kubernetesStatus"] = json!({});
        other
    };
    let mut many: Vec<_> = (0..2000).map(other).collect();
    many.insert(1234, volume());
    let text = list(many).to_string();
    let machine = Machine::new();
    assert_eq!(machine.learn_given(&text, home()).value(FactName::VolumeReplicas), 1.into());
    let unnamed = machine.learn_given(&text, place("/home", "ext4", "/dev/sdb"));
    let why = unnamed.why(FactName::VolumeReplicas);
    assert!(
        why.contains("volume.json holds 2001 Volumes and the mount does not name one"),
        "{why}"
    );
}

/// Which volume is taken for a root, by its mount, and why none.
#[test]
fn a_volume_is_matched_by_name_then_claim_then_because_it_is_the_only_one() {
    let other = || {
        let mut other = volume();
        other["metadata"]["name"] = "pvc-other".into();
        other["status"]["kubernetesStatus"] = json!({});
        other
    };
    let claim_of_another = || {
        let mut claim = claim();
        claim["metadata"]["name"] = "another".into();
        claim
    };
    let pv_of_other_name = || {
        let mut pv = persistent_volume();
        pv["metadata"]["name"] = "pv-static".into();
        pv
    };
    let in_kubelet = "/var/lib/kubelet/pods/1/volumes/kubernetes.io~csi/pv-static/mount";
    for (objects, mount, due) in [
        (
            vec![volume()],
            ("/h", "ext4", "/dev/sdb"),
            Ok("the only volume in volume.json; the mount does not name one"),
        ),
        (vec![volume()], ("/h", "tmpfs", "tmpfs"), Err("not on a Longhorn volume: it is tmpfs")),
        (
            vec![volume()],
            ("/h", "overlay", "overlay"),
            Err("not on a Longhorn volume: it is overlay"),
        ),
        (
            vec![volume()],
            ("/h", "nfs4", "10.0.0.1:/pvc-none"),
            Err("holds 1 Volume, none of that name"),
        ),
        (
            vec![volume(), other()],
            ("/h", "ext4", "/dev/sdb"),
            Err("holds 2 Volumes and the mount does not name one"),
        ),
        (
            vec![volume(), other(), claim(), persistent_volume()],
            ("/h", "ext4", "/dev/sdb"),
            Ok("volume.json: the claim dev/home-anna is bound to it"),
        ),
        (
            vec![volume(), other(), pod("/h/"), claim(), claim_of_another()],
            ("/h", "ext4", "/dev/sdb"),
            Ok("volume.json: the claim dev/home-anna is bound to it"),
        ),
        (
            vec![volume(), other(), pv_of_other_name()],
            (in_kubelet, "ext4", "/dev/sdb"),
            Ok(
                "mount table, the folder of the PersistentVolume; volume.json, PersistentVolume pv-static",
            ),
        ),
        (
            vec![storage_class(), json!({"kind": "Node"})],
            ("/h", "ext4", "/dev/sdb"),
            Err("volume.json holds no Volume; it holds 1 StorageClass, 1 of no use here (Node)"),
        ),
    ] {
        let text = documents(&objects);
        let facts = Machine::new().learn_given(&text, place(mount.0, mount.1, mount.2));
        match due {
            Ok(source) => {
                assert_eq!(facts.value(FactName::LonghornVolume), NAME.into());
                assert_eq!(facts.fact(FactName::LonghornVolume).source, source);
                assert_eq!(facts.value(FactName::VolumeReplicas), 1.into());
            }
            Err(why) => {
                let said = facts.why(FactName::LonghornVolume);
                assert!(said.contains(why), "{said}");
                assert_eq!(facts.known(), [""; 0]);
            }
        }
    }
    // A name that needs no confirmation stays one, whatever the file holds.
    let facts = Machine::new().learn_given(&documents(&[other()]), home());
    assert_eq!(facts.known(), [format!("longhorn-volume={NAME}")]);
    assert!(
        facts.why(FactName::VolumeReplicas).contains("holds no Volume of it; it holds 1 Volume")
    );
}

#[test]
fn a_shared_volume_is_known_by_its_export() {
    let rwx = with("/spec/accessMode", "rwx");
    let nfs = place("/srv", "nfs4", &format!("10.43.7.1:/{NAME}"));
    let facts = Machine::new().learn_given(&documents(&[rwx]), nfs);
    assert_eq!(facts.value(FactName::VolumeRobustness), "healthy".into());
    assert!(facts.fact(FactName::LonghornVolume).source.contains("share manager"));
}
