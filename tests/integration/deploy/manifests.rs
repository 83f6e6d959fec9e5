//! Manifests: valid, without a name that leads nowhere, and with no more rights than they need.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::units::{NEEDS, UNITS, example, list, objects, pod, text};
use crate::harness::in_lab;

/// What an object is called: kind and name.
fn called(object: &Value) -> (String, String) {
    (text(&object["kind"]).to_owned(), text(&object["metadata"]["name"]).to_owned())
}

/// The account that a role is bound to.
fn called_by(subject: &Value) -> (String, String) {
    (text(&subject["kind"]).to_owned(), text(&subject["name"]).to_owned())
}

#[test]
fn every_unit_is_what_kubernetes_takes() {
    in_lab(&NEEDS, |_| {
        for unit in UNITS {
            let base = objects("base", unit);
            let example = objects("overlays/example", unit);
            let names = |objects: &[Value]| objects.iter().map(called).collect::<BTreeSet<_>>();
            assert_eq!(names(&base), names(&example), "{unit}: the example has all of it");
            let namespaced = example.iter().filter(|object| !is_of_the_cluster(object));
            for object in namespaced {
                assert!(object["metadata"]["namespace"].is_string(), "{unit}: {object}");
            }
        }
    });
}

fn is_of_the_cluster(object: &Value) -> bool {
    let kind = text(&object["kind"]);
    kind.starts_with("Cluster") || kind == "Namespace"
}

#[test]
fn names_lead_somewhere() {
    in_lab(&NEEDS, |_| {
        let objects = example();
        // The scanned claim is there before all of this, and a role is Kubernetes' own.
        let mut there: BTreeSet<_> = objects.iter().map(called).collect();
        there.insert(("PersistentVolumeClaim".to_owned(), "home-coder".to_owned()));
        there.insert(("ClusterRole".to_owned(), "system:node-problem-detector".to_owned()));
        let expect = |kind: &str, name: &Value| {
            let name = (kind.to_owned(), text(name).to_owned());
            assert!(there.contains(&name), "{name:?} is none of {there:?}");
        };
        for object in &objects {
            if let Some(pod) = pod(object) {
                if let Some(account) = pod.get("serviceAccountName") {
                    expect("ServiceAccount", account);
                }
                for volume in list(pod, "volumes") {
                    if let Some(claim) = volume.get("persistentVolumeClaim") {
                        expect("PersistentVolumeClaim", &claim["claimName"]);
                    }
                    if let Some(map) = volume.get("configMap") {
                        expect("ConfigMap", &map["name"]);
                    }
                }
            }
            if let Some(role) = object.get("roleRef") {
                expect(text(&role["kind"]), &role["name"]);
            }
            for subject in list(object, "subjects") {
                expect(text(&subject["kind"]), &subject["name"]);
                let is_meant = |it: &&Value| called(it) == called_by(subject);
                let account = objects.iter().find(is_meant).unwrap();
                assert_eq!(subject["namespace"], account["metadata"]["namespace"], "{subject}");
            }
        }
    });
}

#[test]
fn volumes_are_mounted_and_mounts_have_a_volume() {
    in_lab(&NEEDS, |_| {
        for pod in example().iter().filter_map(pod) {
            let volumes: BTreeSet<_> = list(pod, "volumes").map(|v| text(&v["name"])).collect();
            let containers = list(pod, "containers");
            let mounts = containers.flat_map(|container| list(container, "volumeMounts"));
            let mounted: BTreeSet<_> = mounts.map(|mount| text(&mount["name"])).collect();
            assert_eq!(volumes, mounted, "{pod}");
        }
    });
}

#[test]
fn pods_have_no_more_rights_than_they_need() {
    in_lab(&NEEDS, |_| {
        for object in example() {
            let Some(pod) = pod(&object) else { continue };
            let (kind, name) = called(&object);
            let is_daemon = kind == "DaemonSet";
            let security = &pod["securityContext"];
            assert_eq!(security["seccompProfile"], json!({"type": "RuntimeDefault"}), "{name}");
            if !is_daemon {
                assert_eq!(security["runAsNonRoot"], true, "{name}");
                assert_eq!(security["runAsUser"], 1000, "{name}: a number, not a text");
                assert_eq!(pod["restartPolicy"], "Never", "{name}");
                // All that Pod Security allows at the level `restricted` and is used here.
                let allowed = ["persistentVolumeClaim", "configMap", "emptyDir"];
                for volume in list(pod, "volumes") {
                    let is_allowed = allowed.iter().any(|kind| volume.get(kind).is_some());
                    assert!(is_allowed, "{name}: {volume}");
                }
            }
            // It changes the owner of everything that is mounted.
            let is_prepare = name == "fscan-prepare";
            assert_eq!(security.get("fsGroup").is_some(), is_prepare, "{name}");
            for container in list(pod, "containers") {
                let security = &container["securityContext"];
                assert_eq!(security["allowPrivilegeEscalation"], false, "{name}");
                assert_eq!(security["readOnlyRootFilesystem"], true, "{name}");
                let added = if is_daemon { json!(["DAC_READ_SEARCH"]) } else { Value::Null };
                assert_eq!(security["capabilities"]["drop"], json!(["ALL"]), "{name}");
                assert_eq!(security["capabilities"]["add"], added, "{name}");
                assert!(container["resources"]["limits"]["memory"].is_string(), "{name}");
                assert!(text(&container["image"]).starts_with("registry.example/fscan"), "{name}");
            }
        }
    });
}

#[test]
fn only_the_nightly_run_may_write_to_the_home() {
    in_lab(&NEEDS, |_| {
        let objects = example();
        let pods = objects.iter().filter_map(|object| Some((called(object).1, pod(object)?)));
        let mut scanned = 0;
        for (name, pod) in pods {
            let mounts = list(&pod["containers"][0], "volumeMounts");
            for home in mounts.filter(|mount| mount["name"] == "home") {
                let is_read_only = home["readOnly"] == true;
                assert_eq!(is_read_only, name != "fscan-nightly", "{name}");
                scanned += 1;
            }
            let claims = list(pod, "volumes").filter_map(|v| v.get("persistentVolumeClaim"));
            let claims: Vec<_> = claims.map(|claim| &claim["claimName"]).collect();
            let distinct: BTreeSet<_> = claims.iter().map(|claim| text(claim)).collect();
            assert_eq!(claims.len(), distinct.len(), "{name}: reports outlive the home");
        }
        assert_eq!(scanned, 5);
    });
}

/// What scanner/src/environment/longhorn/kubectl.rs asks.
#[test]
fn roles_allow_what_fscan_asks_and_nothing_else() {
    in_lab(&NEEDS, |_| {
        let rules = |objects: &[Value], name: &str| {
            let role = objects.iter().find(|object| {
                text(&object["kind"]).ends_with("Role") && object["metadata"]["name"] == name
            });
            role.unwrap()["rules"].clone()
        };
        let units = ["setup", "cluster-access", "longhorn-access"];
        let objects = units.iter().flat_map(|unit| objects("overlays/example", unit));
        let objects: Vec<_> = objects.collect();
        assert_eq!(
            rules(&objects, "fscan-longhorn"),
            json!([
                {"apiGroups": ["longhorn.io"], "resources": ["volumes"], "verbs": ["get"]},
                {"apiGroups": ["longhorn.io"], "resources": ["engines", "backups"],
                 "verbs": ["list"]},
                {"apiGroups": ["longhorn.io"], "resources": ["settings"],
                 "resourceNames": ["snapshot-data-integrity"], "verbs": ["get"]},
            ])
        );
        assert_eq!(
            rules(&objects, "fscan-claims"),
            json!([
                {"apiGroups": [""], "resources": ["persistentvolumeclaims"],
                 "verbs": ["get", "list"]},
                {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
            ])
        );
        assert_eq!(
            rules(&objects, "fscan-volumes"),
            json!([
                {"apiGroups": [""], "resources": ["persistentvolumes"], "verbs": ["get"]},
                {"apiGroups": ["storage.k8s.io"], "resources": ["storageclasses"],
                 "verbs": ["get"]},
            ])
        );
        let longhorn = objects.iter().filter(|o| o["metadata"]["name"] == "fscan-longhorn");
        for object in longhorn {
            assert_eq!(object["metadata"]["namespace"], "longhorn-system");
        }
    });
}

/// Who may make pods in a namespace can use the accounts there: the one that may write the state of
/// nodes stands where no user makes pods.
#[test]
fn the_detector_is_apart_from_the_users() {
    in_lab(&NEEDS, |_| {
        let objects = objects("overlays/example", "node-problem-detector");
        let namespace = objects.iter().find(|object| object["kind"] == "Namespace").unwrap();
        // A hostPath is refused at any other level.
        let level = &namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"];
        assert_eq!(level, "privileged");
        let own = &namespace["metadata"]["name"];
        for object in objects.iter().filter(|object| !is_of_the_cluster(object)) {
            assert_eq!(&object["metadata"]["namespace"], own);
        }
        for user in UNITS.iter().filter(|unit| **unit != "node-problem-detector") {
            for object in super::units::objects("overlays/example", user) {
                assert_ne!(&object["metadata"]["namespace"], own, "{user}");
            }
        }
    });
}
