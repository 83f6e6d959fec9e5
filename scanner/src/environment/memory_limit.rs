//! How much memory may be used, and how much is.
//!
//! Looks at the limits of the control group and of those above it, and at /proc/meminfo; the least
//! counts. What is in use includes the page cache and tmpfs: a limit counts both.

use reports::{Answer, Fact, FactName};

use super::cgroup::{Limited, Reading, least_limit};
use super::probe::{Learnt, answer};
use super::{Probe, Surroundings};

/// How much memory may be used.
pub(super) struct MemoryLimit;

const MACHINE: &str = "/proc/meminfo";

impl Probe for MemoryLimit {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::MemoryLimit, FactName::MemoryUsed]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let machine = surroundings.read(MACHINE).map_err(String::from);
        let total = machine.clone().and_then(|text| field(&text, "MemTotal"));
        let group = least_limit(surroundings)
            .filter(|group| total.as_ref().map_or(true, |total| group.limit.bytes < *total));
        let [limit, used] = if let Some(group) = group {
            of_group(group)
        } else {
            let used = machine.and_then(|text| used_of_machine(&text));
            [total, used].map(|bytes| Learnt::new(answer(bytes), MACHINE))
        };
        vec![limit.of_machine(FactName::MemoryLimit), used.of_machine(FactName::MemoryUsed)]
    }
}

fn of_group(group: Limited) -> [Learnt; 2] {
    let learnt = |Reading { bytes, file }| Learnt::new(Answer::is(bytes), file);
    let why = "the control group with the least limit does not say";
    let used = group.used.map_or_else(|| Learnt::unknown(why, &*group.limit.file), learnt);
    [learnt(group.limit), used]
}

fn used_of_machine(meminfo: &str) -> Result<u64, String> {
    Ok(field(meminfo, "MemTotal")?.saturating_sub(field(meminfo, "MemFree")?))
}

/// `MemTotal:       24689116 kB`, in bytes.
fn field(meminfo: &str, name: &str) -> Result<u64, String> {
    let mut lines = meminfo.lines().filter_map(|line| line.split_once(':'));
    let number = lines.find(|(field, _)| *field == name).and_then(|(_, value)| {
        let kibibytes: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
        kibibytes.checked_mul(1024)
    });
    number.ok_or_else(|| format!("it does not tell {name}"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Fixture, value};
    use super::*;

    const MEMINFO: (&str, &str) = ("proc/meminfo", "MemTotal: 100 kB\nMemFree: 30 kB\n");

    fn learn(files: &[(&str, &str)]) -> [Option<u64>; 2] {
        let fixture = Fixture::with(files);
        let number = |name| value(&MemoryLimit, &fixture, name).ok()?.number();
        [number(FactName::MemoryLimit), number(FactName::MemoryUsed)]
    }

    #[test]
    fn the_group_counts_where_it_allows_less_than_there_is() {
        let group = |limit| {
            [
                MEMINFO,
                ("proc/self/cgroup", "0::/\n"),
                ("sys/fs/cgroup/memory.max", limit),
                ("sys/fs/cgroup/memory.current", "7\n"),
            ]
        };
        assert_eq!(learn(&[MEMINFO]), [Some(102_400), Some(71_680)]);
        assert_eq!(learn(&group("1000\n")), [Some(1000), Some(7)]);
        assert_eq!(learn(&group("max\n")), [Some(102_400), Some(71_680)]);
        assert_eq!(learn(&group("102400000\n")), [Some(102_400), Some(71_680)]);
        assert_eq!(learn(&group("1000\n")[1..]), [Some(1000), Some(7)]);
        assert_eq!(learn(&group("1000\n")[..3]), [Some(1000), None]);
        assert_eq!(learn(&[]), [None, None]);
        assert_eq!(learn(&[("proc/meminfo", "MemTotal: 99999999999999999999 kB\n")]), [None, None]);
    }
}
