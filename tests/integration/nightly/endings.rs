//! Nights that do not go well: steps that hang or crash, nights that overlap or are stopped.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use reports::NightEnding::{Crashed, Done, Failed, Killed, NotRun, NotStarted, OutOfTime, Stopped};
use rustix::process::{Pid, Signal, kill_process};

use super::{QUICK_ALONE, endings, listed, night, nightly, settings};
use crate::harness::{Mount, Need, Running, files, in_lab};

/// The process of a step that is about a path, once it runs.
fn step_of(parent: u32, path: &Path) -> Pid {
    let path = path.to_str().unwrap();
    let is_it = |number: u32| {
        let process = |file: &str| fs::read_to_string(format!("/proc/{number}/{file}"));
        let command = process("cmdline").unwrap_or_default();
        let stat = process("stat").unwrap_or_default();
        let of_parent = stat
            .rsplit_once(')')
            .is_some_and(|(_, rest)| rest.split_whitespace().nth(1) == Some(&parent.to_string()));
        of_parent && command.split('\0').any(|argument| argument == path)
    };
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let mut numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        if let Some(number) = numbers.find(|number| is_it(*number)) {
            return Pid::from_raw(number.cast_signed()).unwrap();
        }
        assert!(Instant::now() < deadline, "no step is about {path}");
        sleep(Duration::from_millis(2));
    }
}

/// One is out of time, one does not end when asked, one crashes: each costs its step alone.
#[test]
fn what_hangs_or_crashes_costs_its_step_alone() {
    in_lab(&[Need::Filesystem("fuse")], |dir| {
        let hung = ["slow", "deaf", "crash"].map(|name| Mount::hung(&dir.join(name)));
        let [slow, deaf, crash] = &hung;
        let sound = dir.folder("sound");
        files(&sound, 3);
        let roots = [slow.point(), deaf.point(), crash.point(), &sound];
        let more = format!("{QUICK_ALONE}[quick]\ntime-limit = \"0.5s\"\n");
        let running = nightly(dir, &settings(dir, &roots, &more)).spawn();
        let number = running.number();
        kill_process(step_of(number, deaf.point()), Signal::STOP).unwrap();
        kill_process(step_of(number, crash.point()), Signal::KILL).unwrap();
        let outcome = running.wait();
        let told = night(outcome.expect_code(2));
        outcome.expect(endings(&told) == [OutOfTime, Killed, Crashed, Done], "each in its way");
        let because = |step: usize| told.steps[step].because.clone().unwrap_or_default();
        outcome.expect(because(1).contains("did not end when it was asked to"), "why");
        outcome.expect(because(2).contains("signal 9"), "by which signal");
        outcome.expect(told.steps[0].report.is_some(), "what it had seen is kept");
    });
}

#[test]
fn the_time_of_the_night_is_up_for_what_has_not_begun() {
    in_lab(&[Need::Filesystem("fuse")], |dir| {
        let hung = Mount::hung(&dir.join("hung"));
        let sound = dir.folder("sound");
        let more = format!("time-limit = \"0.5s\"\n{QUICK_ALONE}");
        // Looking its name up does not come to an end either, which must not hang the night.
        let below = hung.join("sub");
        let outcome = nightly(dir, &settings(dir, &[&below, &sound], &more)).run();
        let told = night(outcome.expect_code(2));
        let [first, second] = endings(&told)[..] else { outcome.fail("two steps") };
        outcome.expect(matches!(first, OutOfTime | Killed), "the first did not come to its end");
        outcome.expect(second == NotStarted, "the second had no time");
    });
}

/// Whoever could exchange the night's folder could have steps write anywhere.
#[test]
fn nothing_is_written_where_another_folder_took_the_nights_place() {
    in_lab(&[Need::Filesystem("fuse")], |dir| {
        let hung = Mount::hung(&dir.join("hung"));
        let (sound, elsewhere) = (dir.folder("sound"), dir.folder("elsewhere"));
        let more = format!("{QUICK_ALONE}[quick]\ntime-limit = \"0.5s\"\n");
        let running = nightly(dir, &settings(dir, &[hung.point(), &sound], &more)).spawn();
        step_of(running.number(), hung.point());
        let partial = listed(dir).into_iter().find(|name| name.ends_with(".partial")).unwrap();
        let partial = dir.join("nights").join(partial);
        fs::rename(&partial, dir.join("aside")).unwrap();
        symlink(&elsewhere, &partial).unwrap();
        let outcome = running.wait();
        let told = night(outcome.expect_code(2));
        outcome.expect(told.steps[1].ending == NotStarted, "no step is begun any more");
        outcome.expect(told.troubles.iter().any(|line| line.contains("replaced")), "it is told");
        let written = ["quick-2.json", "summary.json"].map(|name| elsewhere.join(name).exists());
        outcome.expect(written == [false, false], "nothing goes where the link leads");
    });
}

#[test]
fn a_second_night_says_who_is_at_work_and_a_signal_stops_the_first() {
    in_lab(&[], |dir| {
        let root = Mount::tmpfs(&dir.join("root"), "size=128m");
        let more = "[quick]\nrun = false\n[tar]\nrun = false\n[stress]\nduration = \"60s\"\n\
                    max-bytes = \"4M\"\n";
        let settings = settings(dir, &[root.point()], more);
        let first = nightly(dir, &settings).spawn();
        let step = step_of_stress(&first);
        let second = nightly(dir, &settings).arg("--exit-zero").run();
        second.expect_code(2).expect_one_error_line(&format!("process {}", first.number()));
        // It has begun to write below the root.
        let deadline = Instant::now() + Duration::from_secs(10);
        while fs::read_dir(root.point()).unwrap().count() == 0 {
            assert!(Instant::now() < deadline, "nothing is written below the root");
            sleep(Duration::from_millis(5));
        }
        first.signal(Signal::TERM);
        let outcome = first.wait();
        let told = night(outcome.expect_code(143));
        outcome.expect(endings(&told) == [Stopped, NotStarted], "the step was stopped");
        outcome
            .expect(!told.complete && told.folder.escaped().ends_with(".partial"), "and says so");
        outcome.expect(kill_process(step, Signal::CONT).is_err(), "no process is left");
        outcome.expect(fs::read_dir(root.point()).unwrap().count() == 0, "nor a scratch directory");
        let partial = listed(dir).into_iter().find(|name| name.ends_with(".partial")).unwrap();
        outcome.expect(dir.join("nights").join(partial).join("stress.json").exists(), "its report");
        outcome.expect(!dir.join("nights/latest").exists(), "it is not the latest");
    });
}

/// Nobody is there any more to end it: the kernel asks it to.
#[test]
fn a_night_that_is_killed_leaves_no_step_at_work() {
    in_lab(&[Need::Filesystem("fuse")], |dir| {
        let hung = Mount::hung(&dir.join("hung"));
        let night = nightly(dir, &settings(dir, &[hung.point()], QUICK_ALONE)).spawn();
        let step = step_of(night.number(), hung.point());
        night.signal(Signal::KILL);
        night.wait();
        let deadline = Instant::now() + Duration::from_secs(10);
        // One that has ended has no command line, whether or not it was waited for.
        let command = format!("/proc/{}/cmdline", step.as_raw_nonzero());
        while fs::read(&command).is_ok_and(|words| !words.is_empty()) {
            assert!(Instant::now() < deadline, "the step goes on");
            sleep(Duration::from_millis(5));
        }
    });
}

/// What it leaves is removed at once; what others left or kept is theirs.
#[test]
fn what_a_killed_step_leaves_is_removed_and_nothing_else() {
    in_lab(&[], |dir| {
        let root = Mount::tmpfs(&dir.join("root"), "size=128m");
        let kept = root.join(".fscan-stress-0000000000000001");
        fs::create_dir(&kept).unwrap();
        fs::write(kept.join("in-use"), "1.2.3").unwrap();
        let more = "[quick]\nrun = false\n[tar]\nrun = false\n[full]\nrun = false\n\
                    [stress]\nduration = \"60s\"\nmax-bytes = \"4M\"\n";
        let running = nightly(dir, &settings(dir, &[root.point()], more)).spawn();
        let step = step_of_stress(&running);
        let deadline = Instant::now() + Duration::from_secs(10);
        let marked = |entry: fs::DirEntry| {
            fs::read(entry.path().join("in-use")).is_ok_and(|mark| mark.len() > 5)
        };
        while !fs::read_dir(root.point()).unwrap().flatten().any(marked) {
            assert!(Instant::now() < deadline, "nothing is written below the root");
            sleep(Duration::from_millis(5));
        }
        kill_process(step, Signal::KILL).unwrap();
        let outcome = running.wait();
        let told = night(outcome.expect_code(2));
        outcome.expect(endings(&told) == [Crashed], "it was killed");
        let left: Vec<_> = fs::read_dir(root.point()).unwrap().flatten().collect();
        outcome.expect(left.len() == 1 && kept.exists(), "the other one stays");
        let removed = |line: &String| line.starts_with("stress: ") && line.ends_with(": removed");
        outcome.expect(told.remarks.iter().any(removed), "it is told");
    });
}

/// Nothing can be written there, which is no failure: it is told as what was not looked at.
#[test]
fn a_read_only_root_leaves_out_what_writes_and_is_scanned() {
    in_lab(&[], |dir| {
        let root = Mount::tmpfs(&dir.join("root"), "size=8m");
        let other = Mount::tmpfs(&dir.join("other"), "size=128m");
        files(root.point(), 3);
        root.turn_read_only();
        let more = "[tar]\npackages = 2\npattern = \"npm\"\n[stress]\nduration = \"1s\"\n\
                    max-bytes = \"4M\"\n[full]\nrun = false\n";
        let alone = settings(dir, &[root.point()], more);
        let outcome = nightly(dir, &alone).run();
        let told = night(outcome.expect_code(0));
        outcome.expect(endings(&told) == [Done, NotRun, NotRun], "what writes is not run");
        let dry = nightly(dir, &alone).arg("--dry-run").run();
        let why = "# tar of ";
        dry.expect_code(0).expect(dry.stdout().contains(why), "a dry run says so");
        dry.expect(!dry.stdout().contains("\nfscan tar"), "and runs no such thing");
        let both = settings(dir, &[root.point(), other.point()], more);
        let outcome = nightly(dir, &both).run();
        let told = night(outcome.expect_code(0));
        outcome.expect(endings(&told) == [Done, Done, NotRun, Done, Done], "the other one is");
        let [.., stress] = &told.steps[..] else { outcome.fail("steps") };
        outcome.expect(!stress.command.contains("root="), "it works elsewhere");
        let reason = stress.not_whole.first().and_then(|check| check.reason.clone());
        outcome.expect(reason.unwrap_or_default().contains("mounted read-only"), "and says so");
    });
}

/// Neither a root that is not there nor one that does not answer keeps stress from the other ones.
#[test]
fn roots_that_stress_cannot_work_in_cost_the_others_nothing() {
    in_lab(&[Need::Filesystem("fuse")], |dir| {
        let hung = Mount::hung(&dir.join("hung"));
        let sound = Mount::tmpfs(&dir.join("sound"), "size=128m");
        let missing = dir.join("missing");
        let more = "[quick]\nrun = false\n[tar]\nrun = false\n[full]\nrun = false\n\
                    [stress]\nduration = \"1s\"\nmax-bytes = \"4M\"\n";
        // Its name is looked up by nothing else.
        let below = hung.join("sub");
        let roots = [&missing, &below, sound.point()];
        let outcome = nightly(dir, &settings(dir, &roots, more)).run();
        let told = night(outcome.expect_code(2));
        outcome.expect(endings(&told) == [Done], "the sound one was stressed");
        outcome.expect(told.steps[0].command.starts_with("fscan stress sound-3="), "alone");
        let reason = told.steps[0].not_whole.first().and_then(|check| check.reason.clone());
        let reason = reason.unwrap_or_default();
        for (path, why) in [(&missing, "open says ENOENT"), (&below, "no answer within 5 s")] {
            let told_of = format!("{}: {why}", path.display());
            outcome.expect(reason.contains(&told_of), "what was not looked at is told");
            let is_trouble = told.troubles.iter().any(|line| line.contains(&told_of));
            outcome.expect(is_trouble, "as a failure");
        }
    });
}

fn step_of_stress(running: &Running) -> Pid {
    step_of(running.number(), Path::new("stress"))
}

/// A folder for reports that is full: what was seen is told, and that nothing was kept.
#[test]
fn a_full_disk_is_told_and_leaves_no_whole_night() {
    in_lab(&[], |dir| {
        let full = Mount::tmpfs(&dir.join("nights"), "size=8k,mode=700");
        let root = dir.folder("root");
        files(&root, 3);
        let more = format!("min-free = 1\n{QUICK_ALONE}");
        let outcome = nightly(dir, &settings(dir, &[&root], &more)).run();
        let told = night(outcome.expect_code(2));
        outcome.expect(endings(&told) == [Failed], "the step says so");
        let missing =
            |line: &String| line.contains("summary.json") && line.contains("the disk is full");
        outcome.expect(told.troubles.iter().any(missing), "and the night");
        let whole = |name: &&String| name.starts_with('2') && !name.ends_with(".partial");
        outcome.expect(listed(dir).iter().find(whole).is_none(), "no whole night");
        drop(full);
    });
}
