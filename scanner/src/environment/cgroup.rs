//! The control group that the process is in, and those above it, as far as they can be seen.

use super::Surroundings;

/// The files of one version of control groups.
#[derive(Debug)]
pub(super) struct Version {
    /// Where groups are mounted.
    mounted: &'static str,
    /// The file with the limit.
    limit: &'static str,
    /// The file with what is in use.
    used: &'static str,
}

/// kernel Documentation/admin-guide/cgroup-v2.rst.
const SECOND: Version =
    Version { mounted: "/sys/fs/cgroup", limit: "memory.max", used: "memory.current" };

/// kernel Documentation/admin-guide/cgroup-v1/memory.rst.
const FIRST: Version = Version {
    mounted: "/sys/fs/cgroup/memory",
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
};

/// The first version says so where there is no limit: the highest number of whole pages, which
/// depends on their size.
const NO_LIMIT: u64 = 1 << 62;

/// A number, and the file that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// In bytes.
    pub(super) bytes: u64,
    /// The file.
    pub(super) file: String,
}

/// A group with a limit on memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Limited {
    /// The limit.
    pub(super) limit: Reading,
    /// What is in use, where that can be read.
    pub(super) used: Option<Reading>,
}

/// The group with the least limit, of the process's own and those above it.
pub(super) fn least_limit(surroundings: &Surroundings) -> Option<Limited> {
    let groups = surroundings.read("/proc/self/cgroup").ok()?;
    let limits = groups_in(&groups).into_iter().flat_map(|(version, group)| {
        upwards(&group).into_iter().filter_map(move |group| limit_of(surroundings, version, &group))
    });
    // Of limits that are equal the innermost counts: what is in use by others is not ours.
    limits.min_by_key(|limited| limited.limit.bytes)
}

/// The groups that count memory: `0::/a/b` and `4:cpu,memory:/a/b`.
fn groups_in(groups: &str) -> Vec<(&'static Version, String)> {
    let groups = groups.lines().filter_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, group) = rest.split_once(':')?;
        let version = match controllers {
            "" => &SECOND,
            _ if controllers.split(',').any(|name| name == "memory") => &FIRST,
            _ => return None,
        };
        Some((version, group.to_owned()))
    });
    groups.collect()
}

/// A group and those above it. One outside of what is mounted (`/../a`) is seen as the top.
fn upwards(group: &str) -> Vec<String> {
    let group = if group.split('/').any(|part| part == "..") { "" } else { group };
    let mut group = group.trim_end_matches('/');
    let mut all = vec![group.to_owned()];
    while let Some((above, _)) = group.rsplit_once('/') {
        group = above;
        all.push(group.to_owned());
    }
    all
}

fn limit_of(surroundings: &Surroundings, version: &Version, group: &str) -> Option<Limited> {
    let read = |name: &str| {
        let file = format!("{}{group}/{name}", version.mounted);
        let bytes = surroundings.read(&file).ok()?.trim().parse().ok()?;
        Some(Reading { bytes, file })
    };
    // Without a limit there stands `max`, which is no number.
    let limit = read(version.limit).filter(|limit| limit.bytes < NO_LIMIT)?;
    Some(Limited { limit, used: read(version.used) })
}

#[cfg(test)]
mod tests {
    use super::super::tests::Fixture;
    use super::*;

    #[test]
    fn groups_lead_upwards_to_the_top() {
        assert_eq!(upwards("/a/b"), ["/a/b", "/a", ""]);
        assert_eq!(upwards("/"), [""]);
        assert_eq!(upwards(""), [""]);
        assert_eq!(upwards("/../../a"), [""]);
    }

    #[test]
    fn the_least_limit_counts() {
        let fixture = Fixture::with(&[
            ("proc/self/cgroup", "garbage\n12:cpuset:/x\n0::/a/b\n"),
            ("sys/fs/cgroup/a/b/memory.max", "max\n"),
            ("sys/fs/cgroup/a/memory.max", "1000\n"),
            ("sys/fs/cgroup/a/memory.current", "10\n"),
            ("sys/fs/cgroup/memory.max", "2000\n"),
        ]);
        let limited = least_limit(&fixture.0).unwrap();
        assert_eq!((limited.limit.bytes, limited.used.unwrap().bytes), (1000, 10));
        assert_eq!(limited.limit.file, "/sys/fs/cgroup/a/memory.max");
    }

    #[test]
    fn the_first_version_has_files_of_other_names() {
        let fixture = Fixture::with(&[
            ("proc/self/cgroup", "4:cpu,memory:/pod\n0::/\n"),
            ("sys/fs/cgroup/memory/pod/memory.limit_in_bytes", "500\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ]);
        assert_eq!(least_limit(&fixture.0).unwrap().limit.bytes, 500);
        fixture.write("sys/fs/cgroup/memory/pod/memory.limit_in_bytes", "9223372036854771712\n");
        assert_eq!(least_limit(&fixture.0), None);
    }
}
