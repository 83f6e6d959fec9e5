//! The command lines of the manifests, run by this binary on folders in the place of the volumes.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::units::{NEEDS, list, objects, pod, text};
use crate::harness::{Dir, Fscan, Outcome, files, in_lab};

/// What stands in the place of a pod's volumes.
struct Volumes<'a> {
    dir: &'a Dir,
}

impl<'a> Volumes<'a> {
    fn new(dir: &'a Dir) -> Self {
        files(&dir.folder("home"), 5);
        for folder in ["reports", "control", "settings"] {
            dir.folder(folder);
        }
        Volumes { dir }
    }

    /// Runs the pod of a unit, or one of several.
    fn run(&self, unit: &'static str, index: usize) -> Outcome {
        let objects = objects("base", unit);
        let pod = objects.iter().find_map(pod).unwrap();
        let container = &pod["containers"][0];
        let arguments = list(container, "args").map(|argument| {
            let argument = text(argument).replace("$(JOB_COMPLETION_INDEX)", &index.to_string());
            self.in_place(&argument, container)
        });
        // What the kernel says of the machine's own filesystem is no concern of a scan here.
        let is_scan = text(&container["args"][0]).starts_with('/');
        let more = ["--skip", "kernel"].into_iter().filter(|_| is_scan);
        Fscan::new(self.dir).args(arguments).args(more).run()
    }

    /// An argument with the folder of a volume where the container mounts it.
    fn in_place(&self, argument: &str, container: &Value) -> String {
        let at = |mount: &Value| text(&mount["mountPath"]).to_owned();
        let mount = list(container, "volumeMounts").find(|mount| argument.contains(&at(mount)));
        let Some(mount) = mount else { return argument.to_owned() };
        let below = mount.get("subPath").map(text).unwrap_or_default();
        let folder = self.dir.folder(Path::new(text(&mount["name"])).join(below));
        argument.replace(&at(mount), folder.to_str().unwrap())
    }

    fn reports(&self, name: &str) -> PathBuf {
        self.dir.join("reports").join(name)
    }

    fn expect_reports(&self, names: &[&str]) {
        for name in names {
            assert!(self.reports(name).is_file(), "{name} was written");
        }
    }
}

#[test]
fn before_and_after_say_whether_every_byte_survived() {
    in_lab(&NEEDS, |dir| {
        let volumes = Volumes::new(dir);
        volumes.run("before", 0).expect_code(0);
        volumes.expect_reports(&["before.jsonl.gz", "before.b3", "before.json"]);
        let after = volumes.run("after", 0);
        after.expect_code(0).expect(after.stdout().contains("intact"), "nothing is lost");
        volumes.expect_reports(&["after.jsonl.gz", "after.json"]);
        let lost = fs::read_dir(dir.join("home")).unwrap().next().unwrap().unwrap().path();
        fs::remove_file(lost).unwrap();
        volumes.run("after", 0).expect_code(1);
    });
}

/// Whoever may only read there would fail where the first report is due.
#[test]
fn the_reports_volume_is_written_to_when_it_is_prepared() {
    in_lab(&NEEDS, |dir| {
        let volumes = Volumes::new(dir);
        volumes.run("setup", 0).expect_code(0);
        volumes.expect_reports(&["prepare.json"]);
    });
}

#[test]
fn shards_are_merged_to_one_report() {
    in_lab(&NEEDS, |dir| {
        let volumes = Volumes::new(dir);
        let shards = &objects("base", "shards")[0]["spec"];
        let count = shards["completions"].as_u64().unwrap();
        assert_eq!(shards["parallelism"], count, "all at once");
        for index in 0..count as usize {
            volumes.run("shards", index).expect_code(0);
        }
        volumes.run("merge", 0).expect_code(0);
        volumes.expect_reports(&["merged.json", "merged.jsonl.gz"]);
        let merged: Value =
            serde_json::from_slice(&fs::read(volumes.reports("merged.json")).unwrap()).unwrap();
        let mut checks = list(&merged["roots"][0], "checks");
        let trip = checks.find(|check| check["name"] == "tar").unwrap();
        // It would write to the home, which the pod mounts read-only.
        assert_eq!(trip["status"], "skipped", "{trip}");
    });
}

/// A night is begun only where reports can be written, so they go elsewhere here.
#[test]
fn nightly_settings_are_what_fscan_reads() {
    for file in ["kubernetes/base/nightly/nightly.toml", "systemd/nightly.toml"] {
        let dir = Dir::new();
        let text = fs::read_to_string(super::deployed(file)).unwrap();
        let here = dir.path().display();
        let text = text.replace("\"/reports", &format!("\"{here}"));
        let own =
            if text.contains("\nreports = ") { "" } else { &format!("reports = \"{here}/n\"\n") };
        let settings = dir.file("nightly.toml", format!("{own}{text}").as_bytes());
        let run = Fscan::new(&dir).arg("nightly").arg(settings).arg("--dry-run");
        run.run().expect_code(0);
    }
}
