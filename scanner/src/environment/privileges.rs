//! What the process can never do, whoever it is.
//!
//! Looks at /proc/self/status (proc_pid_status(5)): NoNewPrivs, Seccomp and CapBnd. A filter of
//! system calls may allow everything: what it forbids is seen where things are tried.

use reports::{Answer, Fact, FactName, FactValue};

use super::probe::answer;
use super::{Probe, Surroundings};

/// What the process can never do.
pub(super) struct Privileges;

const SOURCE: &str = "/proc/self/status";

impl Probe for Privileges {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::NoNewPrivileges, FactName::Seccomp, FactName::BoundingSet]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let status = Status::read(surroundings);
        let status = status.as_ref().map_err(String::clone);
        let bounding = status.clone().and_then(|status| {
            let last = surroundings.read("/proc/sys/kernel/cap_last_cap").ok();
            status.bounding_set(last.and_then(|text| text.trim().parse().ok()))
        });
        let no_new = status.clone().and_then(Status::no_new_privileges);
        let fact = |name, answer: Answer| Fact::of_machine(name, answer, SOURCE);
        vec![
            fact(FactName::NoNewPrivileges, answer(no_new)),
            fact(FactName::Seccomp, answer(status.and_then(Status::seccomp))),
            fact(FactName::BoundingSet, answer(bounding)),
        ]
    }
}

/// /proc/self/status.
#[derive(Clone, Debug)]
pub(super) struct Status(String);

impl Status {
    /// Reads it.
    pub(super) fn read(surroundings: &Surroundings) -> Result<Self, String> {
        Ok(Status(surroundings.read(SOURCE)?))
    }

    fn field(&self, name: &str) -> Result<&str, String> {
        let mut values = self.0.lines().filter_map(|line| line.strip_prefix(name));
        let value = values.find_map(|value| value.strip_prefix(':')).map(str::trim);
        value.ok_or_else(|| format!("it has no field {name}"))
    }

    /// Whether setuid programs gain nothing.
    pub(super) fn no_new_privileges(&self) -> Result<bool, String> {
        match self.field("NoNewPrivs")? {
            "0" => Ok(false),
            "1" => Ok(true),
            _ => Err("NoNewPrivs is neither 0 nor 1".to_owned()),
        }
    }

    fn seccomp(&self) -> Result<&'static str, String> {
        match self.field("Seccomp")? {
            "0" => Ok("none"),
            "1" => Ok("strict"),
            "2" => Ok("filter"),
            _ => Err("a mode of Seccomp that is not known".to_owned()),
        }
    }

    /// The capabilities that can be had; `last` is the last that the kernel knows.
    fn bounding_set(&self, last: Option<u32>) -> Result<FactValue, String> {
        let no_number = |_| "CapBnd is no number".to_owned();
        let set = u64::from_str_radix(self.field("CapBnd")?, 16).map_err(no_number)?;
        let last = last.unwrap_or(CAPABILITIES.len() as u32 - 1).min(63);
        let every = u64::MAX >> (63 - last);
        Ok(match set {
            0 => "none".into(),
            set if set & every == every => "full".into(),
            set => (0..64).filter(|bit| set >> bit & 1 == 1).map(name).collect::<Vec<_>>().into(),
        })
    }
}

fn name(bit: usize) -> String {
    CAPABILITIES.get(bit).map_or_else(|| format!("CAP_{bit}"), |name| format!("CAP_{name}"))
}

/// In the order of their numbers (include/uapi/linux/capability.h).
const CAPABILITIES: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

#[cfg(test)]
mod tests {
    use super::super::tests::{Fixture, value};
    use super::*;

    fn learn(status: &str, name: FactName) -> Result<FactValue, String> {
        let files = [("proc/self/status", status), ("proc/sys/kernel/cap_last_cap", "40\n")];
        value(&Privileges, &Fixture::with(&files), name)
    }

    #[test]
    fn each_field_has_its_words() {
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let cases: [(&str, FactName, Option<FactValue>); 12] = [
            ("NoNewPrivs:\t1\n", FactName::NoNewPrivileges, Some(true.into())),
            ("NoNewPrivs:\t0\n", FactName::NoNewPrivileges, Some(false.into())),
            ("NoNewPrivs:\t2\n", FactName::NoNewPrivileges, None),
            ("Name:\tNoNewPrivs:\t1\n", FactName::NoNewPrivileges, None),
            ("Seccomp_filters:\t1\nSeccomp:\t2\n", FactName::Seccomp, Some("filter".into())),
            ("Seccomp:\t0\n", FactName::Seccomp, Some("none".into())),
            ("Seccomp:\t9\n", FactName::Seccomp, None),
            ("CapBnd:\t000001ffffffffff\n", FactName::BoundingSet, Some("full".into())),
            ("CapBnd:\t0000000000000000\n", FactName::BoundingSet, Some("none".into())),
            (
                "CapBnd:\t0000020000000041\n",
                FactName::BoundingSet,
                Some(names(&["CAP_CHOWN", "CAP_SETGID", "CAP_41"]).into()),
            ),
            ("CapBnd:\tx\n", FactName::BoundingSet, None),
            ("", FactName::BoundingSet, None),
        ];
        for (status, name, expected) in cases {
            assert_eq!(learn(status, name).ok(), expected, "{status}");
        }
    }
}
