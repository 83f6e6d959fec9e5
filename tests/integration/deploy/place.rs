//! A place of its own: the example, copied and changed as its comments say.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::deployed;
use super::units::{NEEDS, composed, list, pod, validated};
use crate::harness::{Dir, in_lab, tool};

/// A copy of the units.
struct Place {
    root: PathBuf,
}

impl Place {
    fn new(dir: &Dir) -> Self {
        let root = dir.join("kubernetes");
        let copied = tool("cp").arg("-r").arg(deployed("kubernetes")).arg(&root).status();
        assert!(copied.unwrap().success());
        Place { root }
    }

    /// Changes one line of a file of the example.
    fn change(&self, file: &str, from: &str, to: &str) {
        let file = self.example(file);
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from} stands once in {}", file.display());
        fs::write(&file, text.replace(from, to)).unwrap();
    }

    fn example(&self, path: &str) -> PathBuf {
        self.root.join("overlays/example").join(path)
    }

    /// The objects that units are now.
    fn units<const N: usize>(&self, units: [&str; N]) -> [Vec<Value>; N] {
        let texts = units.map(|unit| composed(&self.example(unit)));
        validated(&texts).try_into().unwrap()
    }
}

/// Where a pod mounts a part of the reports' volume.
fn part(pod: &Value) -> Option<&Value> {
    list(&pod["containers"][0], "volumeMounts").find_map(|mount| mount.get("subPath"))
}

#[test]
fn another_round_has_a_folder_of_its_own() {
    in_lab(&NEEDS, |dir| {
        let place = Place::new(dir);
        place.change("settings/values.yaml", "\nround: 1\n", "\nround: 2\n");
        for objects in place.units(["shards", "merge"]) {
            let pod = objects.iter().find_map(pod).unwrap();
            assert_eq!(part(pod), Some(&json!("shards-2")), "{pod}");
        }
    });
}

#[test]
fn parts_spread_where_all_nodes_may_write() {
    in_lab(&NEEDS, |dir| {
        let place = Place::new(dir);
        let file = "shards/kustomization.yaml";
        place.change(file, "[../settings]", "[../settings, ../../../components/spread]");
        place.change("settings/values.yaml", "ReadWriteOnce", "ReadWriteMany");
        let [shards, setup] = place.units(["shards", "setup"]);
        let pod = shards.iter().find_map(pod).unwrap();
        assert_eq!(pod.get("affinity"), None, "all parts on one node");
        assert_eq!(pod.get("nodeSelector"), None, "a node for all parts");
        let spread = &pod["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"];
        let labels = &shards[0]["spec"]["template"]["metadata"]["labels"];
        assert_eq!(spread, labels, "the parts are who is spread");
        let claim = setup.iter().find(|object| object["kind"] == "PersistentVolumeClaim");
        assert_eq!(claim.unwrap()["spec"]["accessModes"], json!(["ReadWriteMany"]));
    });
}

/// The reports' volume may be made where its first pod runs, which must be where the others will.
#[test]
fn the_reports_are_prepared_where_they_are_written() {
    in_lab(&NEEDS, |dir| {
        let place = Place::new(dir);
        let values = "settings/values.yaml";
        place.change(values, "node: worker-1", "node: worker-2");
        place.change(values, "pod: workspace-coder", "pod: workspace-other");
        let units = place.units(["setup", "before"]);
        let [prepare, before] = units.each_ref().map(|unit| unit.iter().find_map(pod).unwrap());
        assert_eq!(before["nodeSelector"], json!({"kubernetes.io/hostname": "worker-2"}));
        for field in ["nodeSelector", "affinity"] {
            assert_eq!(prepare[field], before[field], "{field}");
        }
        assert!(before["affinity"].to_string().contains("workspace-other"));
    });
}

/// Whoever may change nothing but their own namespace can prepare and scan.
#[test]
fn only_what_is_named_access_reaches_beyond_the_namespace() {
    in_lab(&NEEDS, |dir| {
        let place = Place::new(dir);
        place.change("settings/namespace.yaml", "namespace: coder", "namespace: elsewhere");
        let usual = ["setup", "before", "after", "shards", "merge", "nightly"];
        for object in place.units(usual).iter().flatten() {
            assert_eq!(object["metadata"]["namespace"], "elsewhere", "{object}");
        }
        for unit in place.units(["cluster-access", "longhorn-access"]) {
            let subjects = unit.iter().flat_map(|object| list(object, "subjects"));
            let namespaces: Vec<_> = subjects.map(|subject| &subject["namespace"]).collect();
            assert_eq!(namespaces, ["elsewhere"], "{unit:?}");
        }
    });
}
