//! What machine, pod and volumes are, where nothing else was asked.

use crate::environment::told;
use crate::{PathName, Report};

use super::detail::Detail;
use super::markup::{name, prose};
use super::section::{Section, list, worth};

pub(super) fn section(report: &Report, detail: &Detail) -> Option<Section> {
    let known = report.environment.as_ref().filter(|_| report.is_about_environment())?;
    let mut blocks = Vec::new();
    for place in told(known, detail.examples) {
        let title = place.path.map(PathName::escaped).map(|path| name(&path, detail.text));
        blocks.push(format!("**{}**", title.as_deref().unwrap_or("This machine")));
        let known = place.known.iter().map(|(fact, words)| {
            format!("{}: {}", fact.name.text().title, prose(words, detail.text))
        });
        let unknown = place.unknown.iter().map(|(why, titles)| {
            format!("Not known: {}: {}", titles.join(", "), prose(why, detail.text))
        });
        blocks.push(list(known.chain(unknown)));
    }
    Some(Section::new("Environment", worth::UNEXAMINED, &blocks))
}
