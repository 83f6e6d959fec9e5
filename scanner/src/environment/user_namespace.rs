//! The user namespace that the process is in, and whether others may be made by the settings.
//!
//! Looks at /proc/self/uid_map and gid_map (user_namespaces(7)), user.max_user_namespaces
//! (namespaces(7)) and kernel.apparmor_restrict_unprivileged_userns. Settings alone prove no right:
//! that is tried elsewhere.

use reports::{Answer, Fact, FactName};

use super::probe::{Learnt, answer};
use super::text_file::NotRead;
use super::{Probe, Surroundings};

/// The user namespace that the process is in.
pub(super) struct UserNamespace;

const UID_MAP: &str = "/proc/self/uid_map";
const GID_MAP: &str = "/proc/self/gid_map";
const MOST: &str = "/proc/sys/user/max_user_namespaces";
const RESTRICTION: &str = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
const APP_ARMOR: &str = "/sys/module/apparmor";

impl Probe for UserNamespace {
    fn facts(&self) -> &'static [FactName] {
        &[
            FactName::InitialUserNamespace,
            FactName::MappedUserIds,
            FactName::MappedGroupIds,
            FactName::MaxUserNamespaces,
            FactName::AppArmorRestriction,
        ]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let map = |path| surroundings.read(path).map_err(String::from).and_then(|t| parse(&t));
        let is_initial = map(UID_MAP).map(|map| map == [WHOLE]);
        let count =
            |path| answer(map(path).map(|map| map.iter().map(|range| range.count).sum::<u64>()));
        let most = surroundings.read(MOST).map_err(String::from).and_then(|text| number(&text));
        vec![
            Fact::of_machine(FactName::InitialUserNamespace, answer(is_initial), UID_MAP),
            Fact::of_machine(FactName::MappedUserIds, count(UID_MAP), UID_MAP),
            Fact::of_machine(FactName::MappedGroupIds, count(GID_MAP), GID_MAP),
            Fact::of_machine(FactName::MaxUserNamespaces, answer(most), MOST),
            restriction(surroundings).of_machine(FactName::AppArmorRestriction),
        ]
    }
}

/// Ids of this namespace that stand for ids of the one above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    /// The first of them here.
    pub(super) first: u64,
    /// The first of them above.
    pub(super) above: u64,
    /// How many.
    pub(super) count: u64,
}

/// What the initial namespace's map is.
const WHOLE: Range = Range { first: 0, above: 0, count: 4_294_967_295 };

/// The user ids of this namespace.
pub(super) fn user_ids(surroundings: &Surroundings) -> Result<Vec<Range>, String> {
    parse(&surroundings.read(UID_MAP)?)
}

/// `         0     100000      65536`, a range a line.
fn parse(map: &str) -> Result<Vec<Range>, String> {
    map.lines().map(|line| range(line).ok_or_else(|| "it is no id map".to_owned())).collect()
}

fn range(line: &str) -> Option<Range> {
    let mut numbers = line.split_ascii_whitespace().map(|word| word.parse::<u32>().ok());
    let mut next = || numbers.next().flatten().map(u64::from);
    let range = Range { first: next()?, above: next()?, count: next()? };
    numbers.next().is_none().then_some(range)
}

fn number(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| "it is no number".to_owned())
}

/// A kernel without AppArmor restricts nothing by it. Where AppArmor is there and the setting is
/// not, the kernel is an older one or /proc is hidden: that is not known.
fn restriction(surroundings: &Surroundings) -> Learnt {
    match surroundings.read(RESTRICTION) {
        Ok(text) => Learnt::new(answer(number(&text).map(|number| number != 0)), RESTRICTION),
        Err(why) if why.is_absent() => without_setting(surroundings, &why),
        Err(why) => Learnt::unknown(why, RESTRICTION),
    }
}

fn without_setting(surroundings: &Surroundings, why: &NotRead) -> Learnt {
    let sysfs_is_there = surroundings.system_file("/sys/module").is_dir();
    if sysfs_is_there && !surroundings.system_file(APP_ARMOR).exists() {
        let source = format!("{APP_ARMOR} is not there: a kernel without AppArmor");
        return Learnt::new(Answer::is(false), source);
    }
    Learnt::unknown(format!("no such setting ({why})"), RESTRICTION)
}

#[cfg(test)]
mod tests {
    use reports::FactValue;

    use super::super::tests::{Fixture, value};
    use super::*;

    fn learn(files: &[(&str, &str)], name: FactName) -> Result<FactValue, String> {
        value(&UserNamespace, &Fixture::with(files), name)
    }

    #[test]
    fn maps_are_counted_and_the_initial_one_is_known() {
        let cases = [
            ("         0          0 4294967295\n", true, 4_294_967_295_u64),
            ("0 100000 65536\n65536 1000 1\n", false, 65_537),
            ("0 1000 1\n", false, 1),
            ("0 0 4294967294\n", false, 4_294_967_294),
            ("", false, 0),
        ];
        for (map, initial, count) in cases {
            let files = [("proc/self/uid_map", map)];
            assert_eq!(learn(&files, FactName::InitialUserNamespace), Ok(initial.into()), "{map}");
            assert_eq!(learn(&files, FactName::MappedUserIds), Ok(count.into()), "{map}");
        }
    }

    #[test]
    fn what_is_no_map_is_not_known() {
        for map in ["0 0\n", "0 0 1 2\n", "a b c\n", "0 0 4294967296\n", "-1 0 1\n"] {
            assert!(
                learn(&[("proc/self/uid_map", map)], FactName::MappedUserIds).is_err(),
                "{map}"
            );
        }
        let why = learn(&[], FactName::InitialUserNamespace).unwrap_err();
        assert!(why.ends_with("proc/self/uid_map: ENOENT"), "{why}");
    }

    #[test]
    fn no_app_armor_restricts_nothing() {
        let setting = |text| ("proc/sys/kernel/apparmor_restrict_unprivileged_userns", text);
        let of = |files: &[_]| learn(files, FactName::AppArmorRestriction).ok();
        assert_eq!(of(&[setting("1\n")]), Some(true.into()));
        assert_eq!(of(&[setting("0\n")]), Some(false.into()));
        assert_eq!(of(&[setting("x\n")]), None);
        assert_eq!(of(&[("sys/module/ext4/x", "")]), Some(false.into()));
        assert_eq!(of(&[("sys/module/apparmor/x", "")]), None, "it may be an older one");
        assert_eq!(of(&[]), None, "there is no sysfs to tell");
    }

    #[test]
    fn the_most_namespaces_are_a_number() {
        let of = |text| {
            learn(&[("proc/sys/user/max_user_namespaces", text)], FactName::MaxUserNamespaces).ok()
        };
        assert_eq!((of("0\n"), of("62500\n")), (Some(0.into()), Some(62_500.into())));
        assert_eq!(of("many"), None);
    }
}
