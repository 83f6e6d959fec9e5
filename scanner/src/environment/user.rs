//! Who asks.
//!
//! Looks at geteuid(2) and /etc/passwd (passwd(5)). Other sources of names (nsswitch.conf(5)) are
//! not asked: they may wait for a server. Proves nothing about rights.

use std::path::PathBuf;

use reports::{Answer, Fact, FactName};

use super::probe::Learnt;
use super::words::shown;
use super::{Probe, Surroundings};

/// Who asks.
pub(super) struct User;

impl Probe for User {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::User]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let number = surroundings.user;
        let name = name_of(surroundings);
        let source = if name.is_some() { "geteuid(2), /etc/passwd" } else { "geteuid(2)" };
        let text = name.map_or_else(|| number.to_string(), shown);
        vec![Learnt::new(Answer::is(text), source).of_machine(FactName::User)]
    }
}

/// The user's name, where /etc/passwd has it.
pub(super) fn name_of(surroundings: &Surroundings) -> Option<String> {
    let passwd = surroundings.read("/etc/passwd").ok()?;
    Some(fields_of(&passwd, surroundings.user)?.first().copied()?.to_owned())
}

/// The user's home, where /etc/passwd has it.
pub(super) fn home_of(surroundings: &Surroundings) -> Option<PathBuf> {
    let passwd = surroundings.read("/etc/passwd").ok()?;
    let home = PathBuf::from(fields_of(&passwd, surroundings.user)?.get(5)?);
    home.is_absolute().then_some(home)
}

/// The fields of a user's first line.
fn fields_of(passwd: &str, user: u32) -> Option<Vec<&str>> {
    let lines = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let is_it = |fields: &Vec<&str>| {
        fields.first().is_some_and(|name| !name.is_empty())
            && fields.get(2).and_then(|number| number.parse().ok()) == Some(user)
    };
    lines.into_iter().find(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_the_first_name_of_its_number() {
        let passwd = "garbage\n:x:7:7::/:\nroot:x:0:0:root:/root:/bin/sh\n\
                      a:x:7:7:A:/home/a:/bin/sh\nb:x:7:7::/home/b:\n";
        let name = |user| fields_of(passwd, user).and_then(|fields| fields.first().copied());
        assert_eq!((name(0), name(7), name(8)), (Some("root"), Some("a"), None));
        assert_eq!(fields_of(passwd, 7).unwrap()[5], "/home/a");
    }
}
