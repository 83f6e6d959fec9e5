//! Nights from start to end.

use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt};

use reports::NightEnding::{Done, NotRun};
use reports::{Night, Severity, Trend, TrendKind, TrendSeries};
use rustix::fs::{Advice, fadvise};

use super::{listed, night, nightly, settings};
use crate::harness::{Dir, Fscan, Image, Mount, Need, files, in_lab, python};

const STEPS: &str = "[tar]\npackages = 3\npattern = \"npm\"\n\
                     [stress]\nduration = \"1s\"\nmax-bytes = \"4M\"\nseed = 7\n\
                     [full]\nmanifest = true\nbaseline = true\n";

#[test]
fn a_night_leaves_its_reports_its_metrics_and_what_changed() {
    in_lab(&[Need::PythonModule("prometheus_client")], |dir| {
        let root = Mount::tmpfs(&dir.join("root"), "size=128m");
        files(&root.join("app"), 20);
        let metrics = dir.join("night.prom");
        let more = format!("prometheus-file = \"{}\"\n{STEPS}", metrics.display());
        let settings = settings(dir, &[root.point()], &more);
        let first = nightly(dir, &settings).run();
        let told = night(first.expect_code(0));
        first.expect(told.is_clean() && told.steps.len() == 4, "four steps, all done");
        first.expect(told.seed == 7 && told.trend.len() == 3, "a line for each kind of run");
        let [lock, name, latest] = &listed(dir)[..] else { first.fail("one night, and its link") };
        first.expect((lock.as_str(), latest.as_str()) == (".lock", "latest"), "their names");
        let latest = dir.join("nights/latest");
        first.expect(fs::read_link(&latest).unwrap().to_str() == Some(name), "where it leads");
        for file in ["quick.json", "tar.json", "stress.json", "full.json", "manifest.gz"] {
            first.expect(latest.join(file).is_file(), file);
        }
        let mode = fs::metadata(dir.join("nights")).unwrap().permissions().mode() & 0o777;
        first.expect(mode == 0o700, "the folder is for its owner alone");
        let summary = fs::read(latest.join("summary.json")).unwrap();
        let summary: Night = serde_json::from_slice(&summary).unwrap();
        first.expect(summary == told, "summary.json is what was printed");
        first.expect(
            fs::read_dir(root.point()).unwrap().count() == 1,
            "nothing is left in the root",
        );

        // What changed shows in the second night.
        fs::remove_file(root.join("app/name-000003")).unwrap();
        let second = nightly(dir, &settings).run();
        let told = night(second.expect_code(1));
        second.expect(told.worse == Some(Severity::Suspect), "a file is missing, which is new");
        second.expect(
            told.trend.iter().any(|line| {
                let file = root.join("app/name-000003");
                line.contains("entry-missing")
                    && line.contains(&format!("{}: found where no report", file.display()))
            }),
            "a line with its code and its path",
        );
        second.expect(told.steps[3].command.contains("--baseline"), "the last manifest");
        let read = "import sys\nfrom prometheus_client.parser import text_string_to_metric_families as read\n\
                    names = {s.name for f in read(open(sys.argv[1]).read()) for s in f.samples}\n\
                    assert {'fscan_night_clean', 'fscan_night_step_done', 'fscan_findings'} <= names";
        let read = python().args(["-c", read]).arg(&metrics).output().unwrap();
        second.expect(read.status.success(), &format!("Prometheus reads it: {read:?}"));
        let text = fs::read_to_string(&metrics).unwrap();
        second.expect(text.contains("fscan_night_clean 0"), "it was not clean");
        second.expect(text.contains("fscan_night_last_clean_timestamp_seconds"), "the first was");

        // The folder is one that `fscan trend` takes, a night a look.
        let trend = Fscan::new(dir).args(["trend", "nights"]).run();
        let trend = trend.expect_code(1);
        trend.expect(trend.stdout().contains("entry-missing"), "and it says the same");
        let json = Fscan::new(dir).args(["trend", "--format", "json", "nights"]).run();
        let trend: Trend = serde_json::from_slice(json.stdout_bytes()).unwrap();
        let looks =
            |series: &TrendSeries| -> Vec<_> { series.runs.iter().map(|run| run.look).collect() };
        let scans = trend.series.iter().find(|series| series.kind == TrendKind::Scan).unwrap();
        json.expect(looks(scans) == [0, 0, 1, 1], "two scans a night");
    });
}

#[test]
fn findings_are_a_failed_job_unless_told_otherwise() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs")], |dir| {
        let image = Image::ext4(dir, 16, &["-b", "1024"]);
        image.fill_and_age(|top| files(&top.join("app"), 5));
        image.debugfs(&["clri /app/name-000002"]);
        let mount = image.mount("errors=continue");
        let settings = settings(dir, &[mount.point()], super::QUICK_ALONE);
        let told = night(nightly(dir, &settings).run().expect_code(1));
        assert!(told.has_findings() && told.is_done(), "{told:?}");
        let lenient = nightly(dir, &settings).arg("--exit-zero").run();
        lenient.expect_code(0).expect(night(&lenient).has_findings(), "they are told all the same");
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, format!("exit-zero = true\n{text}")).unwrap();
        nightly(dir, &settings).run().expect_code(0);
        // What is proved to be damaged is not written to, unless that is wanted.
        let tar = text.replace("[tar]\nrun = false", "[tar]\npackages = 2\npattern = \"npm\"");
        let tar = tar.replace("[full]\nrun = false", "");
        for (force, expected) in [("", NotRun), ("force = true\n", Done)] {
            fs::write(&settings, format!("{force}{tar}")).unwrap();
            let outcome = nightly(dir, &settings).run();
            let told = night(outcome.expect_code(1));
            outcome.expect(super::endings(&told) == [Done, expected, Done], "what became of tar");
            let full = &told.steps[2];
            let is_spared = full.not_whole.iter().any(|run| {
                run.name == "tar"
                    && run.reason.as_ref().is_some_and(|it| it.contains("proved damage"))
            });
            outcome.expect(is_spared == force.is_empty(), "nor written to by the full scan");
            let words = full.command.contains("--read-only");
            outcome.expect(words == force.is_empty(), "which is told not to");
        }
    });
}

#[test]
fn a_dry_run_prints_what_would_be_run_and_does_nothing() {
    let dir = Dir::new();
    let root = dir.folder("ro'ot");
    let settings = settings(&dir, &[&root], STEPS);
    let outcome = Fscan::new(&dir).args(["nightly", "--dry-run"]).arg(&settings).run();
    let stdout = outcome.expect_code(0).stdout();
    let commands: Vec<_> = stdout.lines().filter(|line| line.starts_with("fscan ")).collect();
    outcome.expect(commands.len() == 4, "four commands");
    outcome.expect(stdout.contains(r"/ro'\''ot'"), "quoted for a shell");
    outcome.expect(!dir.join("nights").exists(), "nothing was made");
}

const FULL_ALONE: &str = "quick.run = false\ntar.run = false\nstress.run = false\n\
                          [full]\nmanifest = true\nbaseline = true\n";

/// Proven on a volume that stays mounted, and suspect once it was mounted anew.
#[test]
fn what_a_night_found_damaged_is_not_what_the_next_takes_for_sound() {
    for is_mounted_anew in [false, true] {
        silent_damage_is_told_each_night(is_mounted_anew);
    }
}

fn silent_damage_is_told_each_night(is_mounted_anew: bool) {
    let lab = [Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs")];
    in_lab(&lab, move |dir| {
        let image = Image::ext4(dir, 32, &["-b", "4096"]);
        image.fill(|top| fs::write(top.join("file"), "content").unwrap());
        for time in ["ctime", "crtime"] {
            image.debugfs(&[&format!("set_inode_field /file {time} 20240101000000")]);
        }
        let mut root = image.mount("errors=continue");
        // The list of the first night outlives what is kept.
        let more = format!("{FULL_ALONE}[keep]\nnights = 1\n");
        let settings = settings(dir, &[root.point()], &more);
        nightly(dir, &settings).run().expect_code(0);
        let first = fs::read_link(dir.join("nights/latest")).unwrap();
        // Other bytes, and no time says that anything wrote them.
        let device = fs::File::options().write(true).open(image.file()).unwrap();
        device.write_all_at(b"C", image.block("/file", 0) * 4096).unwrap();
        let file = fs::File::open(root.join("file")).unwrap();
        fadvise(&file, 0, None, Advice::DontNeed).unwrap();
        drop(file);
        if is_mounted_anew {
            drop(root);
            root = image.mount("errors=continue");
        }
        for time in ["first", "second"] {
            // Nights are named by the second.
            std::thread::sleep(std::time::Duration::from_secs(1));
            let told = nightly(dir, &settings).run();
            told.expect_code(1).expect(night(&told).steps[0].findings == 1, time);
        }
        let manifest = dir.join("nights").join(&first).join("manifest.gz");
        let half = fs::read(&manifest).unwrap();
        fs::write(&manifest, &half[..half.len() / 2]).unwrap();
        std::thread::sleep(std::time::Duration::from_secs(1));
        let told = nightly(dir, &settings).run();
        let night = night(told.expect_code(2));
        let remarked = |what: &str| night.remarks.iter().any(|remark| remark.contains(what));
        told.expect(remarked("manifest.gz: it is damaged"), "which file is of no use");
        let trouble = night.troubles.iter().any(|it| it.contains("none can be relied on"));
        told.expect(trouble, "and what follows");
        drop(root);
    });
}
