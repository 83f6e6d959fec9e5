use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use super::samples::*;
use super::*;

fn home() -> Place {
    place("/home/anna", "ext4", &format!("/dev/longhorn/{NAME}"))
}

/// A kubectl that answers by what is asked: a pattern of the shell and what is printed.
fn answers(table: &[(&str, Value)]) -> String {
    let case = |(pattern, printed): &(&str, Value)| {
        let pattern = pattern.replace(' ', "?");
        format!("{pattern}) cat <<'END'\n{printed:#}\nEND\n;;\n")
    };
    let cases: String = table.iter().map(case).collect();
    let none = "*) echo \"Error from server (NotFound): $* not found\" >&2; exit 1;;";
    format!("case \"$*\" in\n{cases}{none}\nesac")
}

fn learn(machine: &Machine, place: Place) -> Facts {
    machine.learn(LonghornSource::Kubectl, vec![place])
}

#[test]
fn all_that_is_known_is_asked_for() {
    let machine = Machine::new();
    let script = answers(&[
        ("*volumes.longhorn.io*", volume()),
        ("*engines.longhorn.io*", list(vec![engine(read_only("False"))])),
        ("*settings.longhorn.io*", setting("enabled")),
        ("*backups.longhorn.io*", list(vec![backup("Completed", "2026-05-01T02:03:04Z")])),
        ("*persistentvolumes*", persistent_volume()),
        ("*persistentvolumeclaims*", claim()),
    ]);
    machine.kubectl(&script);
    let twice = vec![home(), place("/srv", "ext4", &format!("/dev/longhorn/{NAME}"))];
    let facts = machine.learn(LonghornSource::Kubectl, twice);
    assert_eq!(facts.known().len(), 2 * facts::NAMES.len(), "{:?}", facts.known());
    for (name, value) in [
        (FactName::StorageClass, "longhorn"),
        (FactName::ReclaimPolicy, "Delete"),
        (FactName::SnapshotIntegrity, "enabled"),
        (FactName::LastBackup, "2026-05-01T02:03:04Z"),
    ] {
        assert_eq!(facts.value(name), value.into());
    }
    let source = &facts.fact(FactName::VolumeReplicas).source;
    assert_eq!(source, "kubectl get volumes.longhorn.io: spec.numberOfReplicas");
    let kubectl = machine.folder.path().join("bin/kubectl");
    assert_eq!(facts.value(FactName::Kubectl), kubectl.to_str().unwrap().into());
    assert_eq!(
        machine.calls(),
        [
            "-n dev get persistentvolumeclaims home-anna -o json",
            &format!(
                "-n longhorn-system get backups.longhorn.io --selector=backup-volume={NAME} -o json"
            ),
            &format!(
                "-n longhorn-system get engines.longhorn.io --selector=longhornvolume={NAME} -o json"
            ),
            "-n longhorn-system get settings.longhorn.io snapshot-data-integrity -o json",
            &format!("-n longhorn-system get volumes.longhorn.io {NAME} -o json"),
            &format!("get persistentvolumes {NAME} -o json"),
        ],
        "each once, for both roots"
    );
}

#[test]
fn what_a_user_of_the_namespace_may_read_is_enough_for_the_claim() {
    let machine = Machine::new();
    let other = json!({"kind": "PersistentVolumeClaim", "apiVersion": "v1",
        "metadata": {"name": "other", "namespace": "dev"}, "spec": {"volumeName": "pvc-2"}});
    let claims = answers(&[
        ("get persistentvolumeclaims*", list(vec![other, claim()])),
        ("*storageclasses*", storage_class()),
    ]);
    let refused = "case \"$*\" in *longhorn.io*|*persistentvolumes*) echo 'Error from server (Forbidden): volumes.longhorn.io is forbidden: User \"x\" cannot get' >&2; exit 1;; esac";
    machine.kubectl(&format!("{refused}\n{claims}"));
    let facts = learn(&machine, home());
    let known = [
        &format!("longhorn-volume={NAME}"),
        "claim=home-anna",
        "claim-namespace=dev",
        &format!("persistent-volume={NAME}"),
        "storage-class=longhorn",
        "reclaim-policy=Delete",
    ];
    assert_eq!(facts.known(), known);
    for name in [
        FactName::LastBackup,
        FactName::LastSalvaged,
        FactName::VolumeReplicas,
        FactName::EngineReadOnly,
    ] {
        let why = facts.why(name);
        assert!(
            why.starts_with("access was refused (403), which says nothing of the volume: "),
            "{why}"
        );
    }
}

/// What kubectl does, and what is said of every fact but the volume's name.
#[test]
fn each_failure_is_a_reason() {
    let say = |words: &str| format!("echo '{words}' >&2; exit 1");
    for (script, due) in [
        (
            say("Error from server (Forbidden): volumes.longhorn.io \"x\" is forbidden"),
            "access was refused (403)",
        ),
        (
            say("Error from server (NotFound): volumes.longhorn.io \"x\" not found"),
            "it was not found: ",
        ),
        (
            say("error: the server doesn\"t have a resource type")
                .replace("doesn\"t", "doesn'\"'\"'t"),
            "the cluster knows no such kind",
        ),
        (
            say("The connection to the server 10.0.0.1:6443 was refused - did you"),
            "the cluster's API server cannot be reached: ",
        ),
        (
            say("Unable to connect to the server: dial tcp: i/o timeout"),
            "the cluster's API server cannot be reached: ",
        ),
        (
            say("error: You must be logged in to the server (Unauthorized)"),
            "kubectl has no valid credentials (401)",
        ),
        (say("a\u{1b}[2Jb"), "kubectl failed: a\u{1b}[2Jb"),
        ("exit 3".to_owned(), "kubectl failed: it said nothing"),
        ("kill -9 $$".to_owned(), "killed by signal 9"),
        (
            "echo garbage".to_owned(),
            "what kubectl printed cannot be read: line 1, column 1: it is not JSON",
        ),
        (":".to_owned(), "what kubectl printed cannot be read: it holds no object"),
        (
            "echo '{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[]}'".to_owned(),
            "kubectl brought no ",
        ),
        ("yes '{}'".to_owned(), "more than 16777216 bytes to standard output"),
    ] {
        let machine = Machine::new();
        machine.kubectl(&script);
        let facts = learn(&machine, home());
        assert_eq!(facts.known(), [format!("longhorn-volume={NAME}")], "{script}");
        for name in &facts::NAMES[1..] {
            let why = facts.why(*name);
            assert!(why.contains(due), "{script}: {name:?}: {why}");
        }
        // A name that is only likely is not taken for one.
        let facts = learn(&machine, place("/srv", "nfs4", &format!("10.0.0.1:/{NAME}")));
        assert_eq!(facts.known(), [""; 0], "{script}");
    }
}

#[test]
fn a_kubectl_that_hangs_is_ended_in_time() {
    let mut machine = Machine::new();
    machine.time = Duration::from_millis(900);
    let sleep = format!("{}.5", 200_000 + std::process::id());
    machine.kubectl(&format!("trap '' TERM\nsleep {sleep} &\nsleep {sleep}"));
    let begun = Instant::now();
    let facts = learn(&machine, home());
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(facts.why(FactName::LastBackup).contains("did not end within 0."));
    assert!(facts.why(FactName::Claim).contains("there was no time left"));
    assert_eq!(machine.calls().len(), 1);
    thread::sleep(Duration::from_millis(200));
    let is_left = |folder: &Path| {
        fs::read(folder.join("cmdline"))
            .unwrap_or_default()
            .windows(sleep.len())
            .any(|w| w == sleep.as_bytes())
    };
    let left = fs::read_dir("/proc").unwrap().flatten().filter(|entry| is_left(&entry.path()));
    assert_eq!(left.count(), 0);
}

#[test]
fn kubectl_is_not_asked_on_machines_that_have_no_business_with_it() {
    let machine = Machine::new();
    machine.kubectl("echo '{}'");
    for (filesystem, source, due) in [
        (
            "ext4",
            "/dev/sda1",
            "nothing says that its block device is a Longhorn volume; it is not in a pod of Kubernetes",
        ),
        ("tmpfs", "tmpfs", "not on a Longhorn volume: it is tmpfs"),
        ("nfs4", "server:/export", "not on a Longhorn volume: its NFS export is not called as one"),
    ] {
        let facts = learn(&machine, place("/srv", filesystem, source));
        assert_eq!(facts.known(), [""; 0]);
        assert_eq!(facts.why(FactName::LastBackup), due);
    }
    let facts = machine.learn(LonghornSource::Nothing, vec![home()]);
    assert_eq!(facts.known(), [format!("longhorn-volume={NAME}")]);
    assert_eq!(machine.calls(), [""; 0]);
}

#[test]
fn a_quick_look_asks_files_and_no_program() {
    let mut machine = Machine::new();
    machine.effort = Effort::LookOnly;
    machine.kubectl("echo '{}'");
    let facts = learn(&machine, home());
    assert_eq!(facts.known(), [format!("longhorn-volume={NAME}")]);
    assert_eq!(facts.why(FactName::VolumeReplicas), "not tried in a quick look");
    machine.pod = Some("anna-0".to_owned());
    let why = learn(&machine, place("/srv", "ext4", "/dev/sdb")).why(FactName::LonghornVolume);
    assert!(why.ends_with("; not tried in a quick look"), "{why}");
    let given = machine.learn_given(&documents(&[volume()]), home());
    assert_eq!(given.value(FactName::VolumeReplicas), 1.into());
    assert_eq!(machine.calls(), [""; 0]);
}

#[test]
fn without_kubectl_only_the_name_is_known() {
    let facts = learn(&Machine::new(), home());
    assert_eq!(facts.known(), [format!("longhorn-volume={NAME}")]);
    assert_eq!(facts.value(FactName::Kubectl), "".into());
    for name in &facts::NAMES[1..] {
        assert_eq!(facts.why(*name), "kubectl is not installed; give --longhorn FILE");
    }
}

#[test]
fn in_a_pod_the_claim_leads_to_the_volume() {
    let mut machine = Machine::new();
    machine.pod = Some("anna-0".to_owned());
    let mut pv = persistent_volume();
    let table = |pv: &Value| {
        answers(&[
            ("get pods anna-0 *", pod("/home/anna")),
            ("*persistentvolumeclaims home-anna*", claim()),
            ("*persistentvolumes*", pv.clone()),
            ("*volumes.longhorn.io*", volume()),
        ])
    };
    machine.kubectl(&table(&pv));
    let facts = learn(&machine, place("/home/anna", "ext4", "/dev/sdb"));
    assert_eq!(facts.value(FactName::LonghornVolume), NAME.into());
    assert_eq!(facts.value(FactName::VolumeReplicas), 1.into());
    let elsewhere = learn(&machine, place("/srv", "ext4", "/dev/sdc"));
    assert!(
        elsewhere.why(FactName::LonghornVolume).contains("says of no claim that it is mounted")
    );
    pv["spec"]["csi"]["driver"] = "ebs.csi.aws.com".into();
    machine.kubectl(&table(&pv));
    let other = learn(&machine, place("/home/anna", "ext4", "/dev/sdb"));
    assert!(other.why(FactName::LonghornVolume).contains("the CSI driver is ebs.csi.aws.com"));
    machine.pod = Some("-x".to_owned());
    let unnamed = learn(&machine, place("/home/anna", "ext4", "/dev/sdb"));
    assert!(unnamed.why(FactName::LonghornVolume).contains("the pod's name is not known"));
}
