//! Subordinate ids in a new user namespace.
//!
//! A process makes the namespace; its map is written from outside, as buildah and podman do: by
//! newuidmap(1) and newgidmap(1) with the user's first ranges of /etc/subuid and /etc/subgid, or
//! directly with CAP_SETUID and CAP_SETGID. Proves that as many ids as an image may use can or cannot
//! be mapped, without which its files cannot be given to their owners.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reports::{Answer, Fact, FactName};
use rustix::io::Errno;
use rustix::process::Pid;
use rustix::thread::CapabilitySet;

use super::super::probe::Learnt;
use super::super::subordinate_ids::{Range, SUBGID, SUBUID, first_range};
use super::super::words::shown;
use super::super::{Probe, Surroundings, id_map_helpers, user_namespace};
use super::ground::{has, unshare};
use super::trial::{Came, Part, Step, try_out};
use crate::checks::errno_word;
use crate::program::{Limits, ProgramError, run};
use crate::system_calls::Call;

/// Subordinate ids in a new user namespace.
pub(in super::super) struct IdMapping;

impl Probe for IdMapping {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::IdMapping]
    }

    fn tries(&self) -> bool {
        true
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let learnt = match Way::of(surroundings) {
            Ok(way) => way.try_out(surroundings),
            Err(why) => Learnt::unknown(why, "not tried"),
        };
        vec![learnt.of_machine(FactName::IdMapping)]
    }
}

/// As many ids as an image may use.
const ENOUGH: u64 = 65_536;

/// How the maps are written.
enum Way {
    /// By this process, with ids of its own namespace from 0 on.
    Direct { count: u64 },
    /// By the two programs, with ids from 0 on, the user's own among them.
    Programs { count: u64, programs: Vec<Program> },
}

/// Why a map was not written.
enum NotWritten {
    /// The kernel or the program says no.
    Refused(String),
    /// It did not come to an answer.
    Unclear(String),
}

/// A program that writes a map; the process's number is its first argument.
struct Program {
    path: PathBuf,
    /// The rest of the arguments.
    ids: Vec<String>,
}

impl Way {
    /// The one that this process has; an error says why there is nothing to try.
    fn of(surroundings: &Surroundings) -> Result<Self, String> {
        if has(CapabilitySet::SETUID | CapabilitySet::SETGID) {
            let ids = user_namespace::user_ids(surroundings)?;
            let own = ids.iter().find(|range| range.first == 0).map_or(0, |range| range.count);
            if own > 1 {
                return Ok(Way::Direct { count: own.min(ENOUGH) });
            }
        }
        let users = first_range(surroundings, SUBUID)?;
        let groups = first_range(surroundings, SUBGID)?;
        let [newuidmap, newgidmap] = id_map_helpers::find(surroundings)?;
        let programs = vec![
            Program::new(&newuidmap, surroundings.user, users),
            Program::new(&newgidmap, surroundings.group, groups),
        ];
        Ok(Way::Programs { count: 1 + u64::from(users.count.min(groups.count)), programs })
    }

    fn try_out(&self, surroundings: &Surroundings) -> Learnt {
        let steps = vec![
            unshare(libc::CLONE_NEWUSER),
            Step::new("waiting for its map", Part::Matter, Call::HandOver),
        ];
        let mut written = Err(NotWritten::Unclear("nobody wrote the map".to_owned()));
        let limit = surroundings.time_limit;
        let came = try_out(steps, limit, &mut |pid| written = self.write(pid, limit / 3));
        let source = self.words();
        match written {
            _ if came.is_forbidden() => {
                Learnt::new(Answer::is(false), format!("{source}: {}", came.words()))
            }
            _ if came != Came::Works => Learnt::unknown(came.words(), source),
            Ok(()) => self.judge_count(&source),
            Err(NotWritten::Refused(why)) => {
                Learnt::new(Answer::is(false), format!("{source}: {why}"))
            }
            Err(NotWritten::Unclear(why)) => Learnt::unknown(why, source),
        }
    }

    /// What it means that the maps were written.
    fn judge_count(&self, source: &str) -> Learnt {
        let (count, of) = match self {
            Way::Direct { count } => (*count, "of this user namespace"),
            Way::Programs { count, .. } => {
                (*count, "of the first ranges in /etc/subuid and subgid")
            }
        };
        if count >= ENOUGH {
            return Learnt::new(Answer::is(true), source);
        }
        let few = format!("{source}: {count} ids could be mapped, {of}; images need {ENOUGH}");
        Learnt::new(Answer::is(false), few)
    }

    fn words(&self) -> String {
        match self {
            Way::Direct { count } => format!("tried: {count} ids written into uid_map and gid_map"),
            Way::Programs { programs, .. } => {
                let names: Vec<_> = programs.iter().map(|program| shown(&program.path)).collect();
                format!("tried: {}", names.join(", "))
            }
        }
    }

    /// Writes the maps of a process.
    fn write(&self, pid: Pid, time_limit: Duration) -> Result<(), NotWritten> {
        match self {
            Way::Direct { count } => ["uid_map", "gid_map"].iter().try_for_each(|map| {
                let path = format!("/proc/{}/{map}", pid.as_raw_nonzero());
                std::fs::write(path, format!("0 0 {count}\n")).map_err(|error| {
                    let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
                    NotWritten::Refused(format!("{map}: {}", errno_word(errno)))
                })
            }),
            Way::Programs { programs, .. } => {
                programs.iter().try_for_each(|program| program.run(pid, time_limit))
            }
        }
    }
}

impl Program {
    /// Maps the user's own id to 0 and the subordinate ones to what follows.
    fn new(path: &Path, own: u32, range: Range) -> Self {
        let ids = [0, own, 1, 1, range.first, range.count];
        Program { path: path.into(), ids: ids.map(|id| id.to_string()).into() }
    }

    fn run(&self, pid: Pid, time_limit: Duration) -> Result<(), NotWritten> {
        let pid = pid.as_raw_nonzero().to_string();
        let arguments: Vec<_> = std::iter::once(pid).chain(self.ids.iter().cloned()).collect();
        let limits = Limits::until(Instant::now() + time_limit);
        match run(&self.path, &arguments, &limits) {
            Ok(_) => Ok(()),
            Err(error @ ProgramError::Failed { .. }) => Err(NotWritten::Refused(error.to_string())),
            Err(error) => Err(NotWritten::Unclear(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use reports::FactValue;

    use super::super::super::tests::{Fixture, fact};
    use super::*;
    use crate::program::stand_in;

    fn programs(fixture: &Fixture) -> Way {
        let path = fixture.0.system.join("newuidmap");
        let range = Range { first: 100_000, count: 65_536 };
        Way::Programs { count: 65_537, programs: vec![Program::new(&path, 1000, range)] }
    }

    /// A program that does what a script says.
    fn scripted(script: &str) -> Fixture {
        let fixture = Fixture::with(&[]);
        stand_in::write(&fixture.0.system.join("newuidmap"), script, 0o755);
        fixture
    }

    #[test]
    fn the_programs_get_the_process_and_the_ranges() {
        let fixture =
            scripted("#!/bin/sh\ntest -d /proc/$1 || exit 1\nshift\necho \"$*\" >&2\nexit 1\n");
        let learnt = programs(&fixture).try_out(&fixture.0);
        assert_eq!(learnt.answer, Answer::is(false));
        assert!(learnt.source.ends_with(": 0 1000 1 1 100000 65536"), "{}", learnt.source);
    }

    #[test]
    fn what_the_programs_come_to_is_the_answer() {
        let fixture = scripted("#!/bin/sh\nexit 0\n");
        let learnt = programs(&fixture).try_out(&fixture.0);
        assert_eq!(learnt.answer, Answer::is(true), "{}", learnt.source);
        let mut fixture = scripted("#!/bin/sh\nexec sleep 60\n");
        fixture.0.time_limit = Duration::from_millis(900);
        let learnt = programs(&fixture).try_out(&fixture.0);
        let Answer::Unknown(why) = &learnt.answer else { panic!("{learnt:?}") };
        assert!(why.contains("it did not end within 0.3 s"), "{why}");
    }

    #[test]
    fn fewer_ids_than_images_use_are_not_enough() {
        for (count, enough) in [(2, false), (65_535, false), (65_536, true), (65_537, true)] {
            let ways = [Way::Direct { count }, Way::Programs { count, programs: Vec::new() }];
            for learnt in ways.map(|way| way.judge_count("tried")) {
                assert_eq!(learnt.answer, Answer::is(enough), "{count}");
                let says = format!("{count} ids could be mapped");
                assert_eq!(learnt.source.contains(&says), !enough, "{}", learnt.source);
            }
        }
    }

    /// Two programs that write no map, and ranges of several lines.
    #[test]
    fn the_first_range_counts_and_not_their_sum() {
        let ranges = "0:100000:1000\n0:300000:65536\n";
        let mut fixture = Fixture::with(&[
            ("etc/subuid", ranges),
            ("etc/subgid", "0:100000:65536\n"),
            ("proc/self/uid_map", "0 1000 1\n"),
        ]);
        let bin = fixture.0.system.join("bin");
        std::fs::create_dir(&bin).unwrap();
        for name in ["newuidmap", "newgidmap"] {
            stand_in::write(&bin.join(name), "#!/bin/sh\nexit 0\n", 0o755);
        }
        fixture.set("PATH", bin.to_str().unwrap());
        let fact = fact(&IdMapping, &fixture, FactName::IdMapping);
        assert_eq!(fact.answer, Answer::is(false), "{fact:?}");
        assert!(fact.source.contains(": 1001 ids could be mapped"), "{}", fact.source);
    }

    #[test]
    fn without_ranges_there_is_nothing_to_try() {
        // One id alone: what may be written directly gives no other.
        let fixture = Fixture::with(&[("proc/self/uid_map", "0 1000 1\n")]);
        let fact = fact(&IdMapping, &fixture, FactName::IdMapping);
        let Answer::Unknown(why) = &fact.answer else { panic!("{fact:?}") };
        assert!(why.contains("/etc/subuid"), "{why}");
    }

    #[test]
    fn root_writes_the_maps_itself() {
        if has(CapabilitySet::SETUID | CapabilitySet::SETGID | CapabilitySet::SYS_ADMIN) {
            let fact = fact(&IdMapping, &Fixture::of_this_system(), FactName::IdMapping);
            assert_eq!(fact.value(), Some(&FactValue::Flag(true)), "{fact:?}");
        }
    }
}
