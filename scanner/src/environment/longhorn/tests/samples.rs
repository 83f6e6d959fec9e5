//! Objects as kubectl prints them.

#![expect(clippy::needless_pass_by_value, reason = "a sample is made of what it is given")]

use serde_json::{Value, json};

/// The name of the volume in all samples.
pub(super) const NAME: &str = "pvc-7f3c9a52-1f0e-4c8f-9a57-3b1a4c3e0d11";

/// A home of 60 GiB with a single replica, on Longhorn 1.7.
pub(super) fn volume() -> Value {
    json!({
        "apiVersion": "longhorn.io/v1beta2",
        "kind": "Volume",
        "metadata": {
            "name": NAME, "namespace": "longhorn-system", "generation": 4,
            "labels": {"longhornvolume": NAME, "recurring-job-group.longhorn.io/default": "enabled"},
            "finalizers": ["longhorn.io"]
        },
        "spec": {
            "Standby": false, "accessMode": "rwo", "dataEngine": "v1", "dataLocality": "disabled",
            "encrypted": false, "frontend": "blockdev", "nodeID": "node-b",
            "image": "longhornio/longhorn-engine:v1.7.2", "numberOfReplicas": 1,
            "size": "64424509440", "snapshotDataIntegrity": "ignored", "snapshotMaxCount": 250,
            "diskSelector": null
        },
        "status": {
            "actualSize": 41_234_567_168_u64, "conditions": [
                {"type": "Scheduled", "status": "True", "lastProbeTime": "", "message": ""}
            ],
            "currentImage": "longhornio/longhorn-engine:v1.7.2", "currentNodeID": "node-b",
            "kubernetesStatus": {
                "lastPVCRefAt": "", "namespace": "dev", "pvName": NAME, "pvStatus": "Bound",
                "pvcName": "home-anna",
                "workloadsStatus": [{
                    "podName": "anna-0", "podStatus": "Running",
                    "workloadName": "anna", "workloadType": "StatefulSet"
                }]
            },
            "lastBackup": "", "lastBackupAt": "", "lastDegradedAt": "",
            "ownerID": "node-b", "robustness": "healthy", "state": "attached"
        }
    })
}

/// The same from a cluster of 2021: conditions have names, engines have no choice.
pub(super) fn volume_v1beta1() -> Value {
    let mut volume = volume();
    volume["apiVersion"] = "longhorn.io/v1beta1".into();
    let spec = volume["spec"].as_object_mut().unwrap();
    for later in ["dataEngine", "image", "snapshotDataIntegrity", "snapshotMaxCount"] {
        spec.remove(later);
    }
    volume["spec"]["engineImage"] = "longhornio/longhorn-engine:v1.2.4".into();
    volume["status"]["currentImage"] = "longhornio/longhorn-engine:v1.2.4".into();
    volume["status"]["conditions"] = json!({"scheduled": {"type": "scheduled", "status": "True"}});
    volume
}

/// `volume`, where `path` (as `/status/state`) is `value`.
pub(super) fn with(path: &str, value: impl Into<Value>) -> Value {
    let mut volume = volume();
    let (parent, field) = path.rsplit_once('/').unwrap();
    let parent = volume.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    parent.insert(field.to_owned(), value.into());
    volume
}

pub(super) fn engine(conditions: Value) -> Value {
    json!({
        "apiVersion": "longhorn.io/v1beta2", "kind": "Engine",
        "metadata": {"name": format!("{NAME}-e-0"), "labels": {"longhornvolume": NAME}},
        "spec": {"volumeName": NAME, "volumeSize": "64424509440", "active": true},
        "status": {"conditions": conditions, "currentState": "running"}
    })
}

pub(super) fn read_only(status: &str) -> Value {
    json!([{"type": "FilesystemReadOnly", "status": status, "reason": ""}])
}

pub(super) fn backup(state: &str, at: &str) -> Value {
    json!({
        "apiVersion": "longhorn.io/v1beta2", "kind": "Backup",
        "metadata": {"name": format!("backup-{}", at.len()), "labels": {"backup-volume": NAME}},
        "spec": {"snapshotName": "s"},
        "status": {"state": state, "backupCreatedAt": at, "volumeName": NAME}
    })
}

pub(super) fn setting(value: &str) -> Value {
    json!({
        "apiVersion": "longhorn.io/v1beta2", "kind": "Setting",
        "metadata": {"name": "snapshot-data-integrity"}, "value": value
    })
}

pub(super) fn persistent_volume() -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": NAME},
        "spec": {
            "capacity": {"storage": "60Gi"}, "persistentVolumeReclaimPolicy": "Delete",
            "claimRef": {"kind": "PersistentVolumeClaim", "namespace": "dev", "name": "home-anna"},
            "csi": {"driver": "driver.longhorn.io", "fsType": "ext4", "volumeHandle": NAME},
            "storageClassName": "longhorn"
        },
        "status": {"phase": "Bound"}
    })
}

pub(super) fn claim() -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": {"name": "home-anna", "namespace": "dev"},
        "spec": {"storageClassName": "longhorn", "volumeName": NAME},
        "status": {"phase": "Bound"}
    })
}

pub(super) fn storage_class() -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "longhorn"},
        "provisioner": "driver.longhorn.io", "reclaimPolicy": "Delete",
        "parameters": {"numberOfReplicas": "3"}
    })
}

pub(super) fn pod(mounted_at: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "anna-0", "namespace": "dev"},
        "spec": {
            "containers": [{"name": "dev", "volumeMounts": [
                {"name": "token", "mountPath": "/var/run/secrets"},
                {"name": "home", "mountPath": mounted_at}
            ]}],
            "volumes": [
                {"name": "home", "persistentVolumeClaim": {"claimName": "home-anna"}},
                {"name": "token", "projected": {}}
            ]
        }
    })
}

pub(super) fn list(items: Vec<Value>) -> Value {
    json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": items})
}

/// Documents one after the other.
pub(super) fn documents(documents: &[Value]) -> String {
    let texts: Vec<String> = documents.iter().map(|document| format!("{document:#}")).collect();
    texts.join("\n")
}
