//! The connectors: finding them.

use switchboard_manifest::Manifest;

use crate::activities::{self, contains};

/// How a connector matches a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Match {
    /// The text is part of its name, its title or its summary.
    Connector,
    /// The text is part of these activities: their ids.
    Activities(Vec<String>),
}

/// How the connector of this manifest matches a text, in any case. None if it does not. An empty text matches all.
pub fn search(manifest: &Manifest, text: &str) -> Option<Match> {
    if contains(text, &[&manifest.connector, &manifest.title]) {
        return Some(Match::Connector);
    }
    let matching = manifest.activities.iter().filter(|activity| contains(text, &[&activity.name, &activity.title]));
    let ids: Vec<String> = matching.map(|activity| activities::id(manifest, activity)).collect();
    match ids.is_empty() {
        false => Some(Match::Activities(ids)),
        true => contains(text, &[&manifest.summary]).then_some(Match::Connector),
    }
}
