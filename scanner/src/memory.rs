//! How much memory a tmpfs may take before somebody is killed for it.

use std::fs;

/// Bytes that are available to this process: to the machine (proc_meminfo(5), `MemAvailable`), and
/// to its control group where that has a limit (kernel Documentation/admin-guide/cgroup-v2.rst).
/// None where neither can be read.
pub fn available() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| of_machine(&text));
    [machine, of_group()].into_iter().flatten().min()
}

fn of_machine(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

fn of_group() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let number = |file: &str| -> Option<u64> {
        let text = fs::read_to_string(format!("/sys/fs/cgroup{path}/{file}")).ok()?;
        text.trim().parse().ok()
    };
    // Without a limit there stands `max`.
    Some(number("memory.max")?.saturating_sub(number("memory.current")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_tells_what_is_available() {
        let text = "MemTotal:       24689116 kB\nMemAvailable:     1024 kB\n";
        assert_eq!(of_machine(text), Some(1 << 20));
        assert_eq!(of_machine("MemTotal: 1 kB\n"), None);
        assert!(available().is_some_and(|bytes| bytes > 0));
    }
}
