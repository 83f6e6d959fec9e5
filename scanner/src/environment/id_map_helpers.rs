//! The programs that map subordinate ids for those who may not themselves.
//!
//! Looks for newuidmap(1) and newgidmap(1) on PATH, at their setuid bit or file capability
//! (capabilities(7), `security.capability`), at `nosuid` of the mount they lie on, and at
//! no_new_privs. Proves that they can have the privilege that they need; whether they work is tried
//! elsewhere.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use reports::{Answer, Fact, FactName};
use rustix::fs::getxattr;

use super::place::look_up;
use super::privileges::Status;
use super::probe::Learnt;
use super::words::shown;
use super::{Probe, Surroundings};

/// The programs that map subordinate ids.
pub(super) struct IdMapHelpers;

impl Probe for IdMapHelpers {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::IdMapHelpers]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let Ok([user, group]) = find(surroundings) else {
            let learnt = Learnt::new(Answer::is("missing"), "PATH");
            return vec![learnt.of_machine(FactName::IdMapHelpers)];
        };
        let source = format!("{}, {}", shown(&user), shown(&group));
        let powers = [Power::of(&user), Power::of(&group)];
        let no_new_privileges = Status::read(surroundings).and_then(|s| s.no_new_privileges());
        let (word, why) = judge(powers, no_new_privileges == Ok(true));
        let source = why.map_or(source.clone(), |why| format!("{source}: {why}"));
        vec![Fact::of_machine(FactName::IdMapHelpers, Answer::is(word), source)]
    }
}

/// Where newuidmap and newgidmap are; an error names the one that is missing.
pub(super) fn find(surroundings: &Surroundings) -> Result<[PathBuf; 2], String> {
    let find =
        |name: &str| surroundings.program(name).ok_or_else(|| format!("{name} is not on PATH"));
    Ok([find("newuidmap")?, find("newgidmap")?])
}

/// What gives a program its privilege.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    Setuid,
    Capabilities,
    /// None, and why.
    None(&'static str),
}

impl Power {
    fn of(program: &Path) -> Self {
        let Ok((program, mount)) = look_up(program) else {
            return Power::None("it cannot be looked up");
        };
        if mount.is_some_and(|mount| mount.options.split(',').any(|option| option == "nosuid")) {
            return Power::None("it lies on a mount with nosuid");
        }
        let mut value = [0; 64];
        if getxattr(&program, "security.capability", &mut value[..]).is_ok_and(|length| length > 0)
        {
            return Power::Capabilities;
        }
        let is_setuid_root = program
            .metadata()
            .is_ok_and(|facts| facts.uid() == 0 && facts.permissions().mode() & 0o4000 != 0);
        if is_setuid_root { Power::Setuid } else { Power::None("neither setuid nor capabilities") }
    }
}

/// What the two can do together, and what takes their power away.
fn judge(powers: [Power; 2], no_new_privileges: bool) -> (&'static str, Option<&'static str>) {
    match powers {
        [Power::None(why), _] | [_, Power::None(why)] => ("powerless", Some(why)),
        _ if no_new_privileges => ("powerless", Some("no_new_privs is set")),
        [Power::Setuid, Power::Setuid] => ("setuid", None),
        _ => ("capabilities", None),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use super::super::tests::{Fixture, text};
    use super::*;

    #[test]
    fn both_need_a_power_and_leave_to_use_it() {
        use Power::{Capabilities, None as Without, Setuid};
        let cases = [
            ([Setuid, Setuid], false, "setuid"),
            ([Setuid, Capabilities], false, "capabilities"),
            ([Capabilities, Capabilities], false, "capabilities"),
            ([Setuid, Setuid], true, "powerless"),
            ([Setuid, Without("x")], false, "powerless"),
            ([Without("x"), Capabilities], false, "powerless"),
        ];
        for (powers, no_new_privileges, word) in cases {
            assert_eq!(judge(powers, no_new_privileges).0, word, "{powers:?}");
        }
    }

    #[test]
    fn they_are_looked_for_on_the_path() {
        let mut fixture =
            Fixture::with(&[("proc/self/status", "NoNewPrivs:\t0\n"), ("bin/newuidmap", "")]);
        let bin = fixture.0.system.join("bin");
        fixture.set("PATH", bin.to_str().unwrap());
        let word =
            |fixture: &Fixture| text(&IdMapHelpers, fixture, FactName::IdMapHelpers).unwrap();
        assert_eq!(word(&fixture), "missing");
        fixture.write("bin/newgidmap", "");
        for name in ["newuidmap", "newgidmap"] {
            assert_eq!(word(&fixture), "missing", "what cannot be run is none");
            fs::set_permissions(bin.join(name), Permissions::from_mode(0o755)).unwrap();
        }
        assert_eq!(word(&fixture), "powerless");
        if bin.metadata().unwrap().uid() == 0 {
            for name in ["newuidmap", "newgidmap"] {
                fs::set_permissions(bin.join(name), Permissions::from_mode(0o4755)).unwrap();
            }
            assert_eq!(word(&fixture), "setuid");
            fixture.write("proc/self/status", "NoNewPrivs:\t1\n");
            assert_eq!(word(&fixture), "powerless");
        }
    }
}
