//! The catalogue of the host's own problem codes explains each that the code uses, and no other.

use std::collections::BTreeSet;

use serde_json::Value;
use switchboard_tests::world::World;

/// First words of the host's codes that nothing else begins with.
const FIRST: [&str; 5] = ["response", "event", "download", "refused", "guest"];

/// Texts in the sources that are codes by their first word.
fn used() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for folder in ["host/egress/src", "host/runtime/src"] {
        for file in std::fs::read_dir(World::file(folder)).unwrap().flatten() {
            let text = std::fs::read_to_string(file.path()).unwrap_or_default();
            for word in text.split('"') {
                let fits = |c: char| c.is_ascii_lowercase() || matches!(c, '.' | '-');
                let first = word.split_once('.').filter(|(_, rest)| !rest.is_empty()).map(|(first, _)| first);
                if word.chars().all(fits) && first.is_some_and(|first| FIRST.contains(&first)) {
                    codes.insert(word.to_owned());
                }
            }
        }
    }
    codes
}

#[test]
fn every_code_of_the_host_is_explained() {
    let text = std::fs::read_to_string(World::file("manifests/host/errors.json")).unwrap();
    let catalogue: Value = serde_json::from_str(&text).unwrap();
    let rows = catalogue["problems"].as_array().unwrap();
    let listed: BTreeSet<&str> = rows.iter().map(|row| row["code"].as_str().unwrap()).collect();
    let used = used();
    assert!(used.len() > 15, "{used:?}");
    for code in &used {
        assert!(listed.contains(code.as_str()), "manifests/host/errors.json does not explain `{code}`");
    }
    for row in rows {
        let code = row["code"].as_str().unwrap();
        assert!(!row["cause"].as_str().unwrap().is_empty() && !row["fix"].as_str().unwrap().is_empty(), "{code}");
        let own = code.split_once('.').is_some_and(|(first, _)| FIRST.contains(&first));
        assert!(!own || used.contains(code), "nothing uses `{code}`");
    }
}
