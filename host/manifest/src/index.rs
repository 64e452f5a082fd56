//! The manifest as text with a table of contents, so that a call reads one entry and a load reads nothing.
//!
//! ```text
//! switchboard-index 1
//! connector zoom
//! digest 9f86d0…                      SHA-256 of the component, when it is known
//! compiled 60303a…                    SHA-256 of the component that the code was made of, when that is a part of it alone
//! rates {"default_plan":…,"rates":…}  how often each class may be called
//! clouds [{"api":[…],…},…]            the hosts of each cloud of the service
//! activity meetings.create on 8120 9311 {"rate":"heavy",…}
//!                                     policy; first and past-last byte of the entry; what paces its calls
//!                                     an empty line, then the manifest's JSON; bytes count from there
//! {"manifest":"1",…}
//! ```

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::value::RawValue;
use switchboard_json::{JsonError, Limits};

use crate::activity::{Activity, Policy};
use crate::auth::Hosts;
use crate::manifest::Manifest;
use crate::rate::{CallTerms, Rates};

const HEAD: &str = "switchboard-index 1\n";
/// Most activities and events of one connector; the one for Zoom has about 120. Every surface lists them.
const MAX_ENTRIES: usize = 5_000;
/// The version of the manifest's own format.
const FORMAT: &str = "1";
/// A manifest; that of a connector with 150 activities has 1.4 MB.
const SIZE: Limits = Limits { text: 8 << 20, depth: 64, memory: 128 << 20 };

/// A manifest that this host cannot use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    #[error("its manifest is not valid: {0}")]
    Json(#[from] JsonError),
    #[error("its manifest has format {found}; this host reads {FORMAT}")]
    Format { found: String },
    #[error("its manifest has the name `{0}`: names of activities and rate classes are words of visible ASCII")]
    Name(String),
    #[error("the schema of `{of}` in its manifest cannot be used: {cause}")]
    Schema { of: String, cause: switchboard_schema::SchemaError },
    #[error("its manifest has the activity `{0}` twice")]
    Twice(String),
    #[error("its manifest has {found} activities and events; {limit} are allowed")]
    Many { found: usize, limit: usize },
}

/// A manifest with a table of contents. Each part is read at its first use.
pub struct ManifestIndex {
    contents: Cow<'static, str>,
    /// Where the JSON begins.
    body: usize,
    whole: OnceLock<Manifest>,
    rates: OnceLock<Rates>,
}

/// What a host needs to know about an activity before it runs a call.
#[derive(Debug)]
pub struct IndexEntry<'a> {
    pub terms: CallTerms,
    /// Whether it is refused until the caller allows it.
    pub off: bool,
    json: &'a str,
}

impl ManifestIndex {
    /// Opens an index that [`ManifestIndex::write`] made. `None` when the text is not one.
    pub fn open(text: Cow<'static, str>) -> Option<Self> {
        if !text.starts_with(HEAD) {
            return None;
        }
        let body = memchr::memmem::find(text.as_bytes(), b"\n\n")? + 2;
        Some(Self { contents: text, body, whole: OnceLock::new(), rates: OnceLock::new() })
    }

    /// The index of a connector that has not described itself yet.
    pub fn empty() -> Self {
        Self { contents: "\n".into(), body: 1, whole: OnceLock::new(), rates: OnceLock::new() }
    }

    /// Checks a manifest, as a connector describes itself, and writes its index. `digest` is that of the component, `compiled`
    /// that of the part of it that the code was made of.
    pub fn write(json: &str, digest: Option<&str>, compiled: Option<&str>) -> Result<String, ManifestError> {
        let manifest: Manifest = switchboard_json::read_as(json.as_bytes(), SIZE)?;
        if manifest.manifest != FORMAT {
            return Err(ManifestError::Format { found: manifest.manifest });
        }
        schemas(&manifest)?;
        let raw: Raw<'_> = serde_json::from_str(json).map_err(JsonError::Syntax)?;
        // every line is words of visible ASCII and then JSON without line ends, so none can be read as another
        let mut lines = vec![format!("connector {}", word(&manifest.connector)?)];
        lines.extend(digest.map(|digest| format!("digest {digest}")));
        lines.extend(compiled.map(|digest| format!("compiled {digest}")));
        lines.push(format!("rates {}", serde_json::to_string(&Rates::of(&manifest)).map_err(JsonError::Syntax)?));
        lines.push(format!("clouds {}", serde_json::to_string(&clouds(&manifest)).map_err(JsonError::Syntax)?));
        let mut names = HashSet::new();
        for (activity, raw) in manifest.activities.iter().zip(raw.activities) {
            if !names.insert(&activity.name) {
                return Err(ManifestError::Twice(word(&activity.name)?.chars().take(100).collect()));
            }
            let start = raw.get().as_ptr().addr() - json.as_ptr().addr();
            let end = start + raw.get().len();
            let policy = if activity.policy == Policy::Off { "off" } else { "on" };
            let terms = serde_json::to_string(&CallTerms::of(activity)).map_err(JsonError::Syntax)?;
            lines.push(format!("activity {} {policy} {start} {end} {terms}", word(&activity.name)?));
        }
        Ok(format!("{HEAD}{}\n\n{json}", lines.join("\n")))
    }

    /// First part of every activity id.
    pub fn connector(&self) -> &str {
        self.lines("connector ").next().unwrap_or_default()
    }

    /// SHA-256 of the component, hex.
    pub fn digest(&self) -> Option<&str> {
        self.lines("digest ").next()
    }

    /// SHA-256 of the component that the code was made of, hex: the same one, or its part.
    pub fn compiled(&self) -> Option<&str> {
        self.lines("compiled ").next().or_else(|| self.digest())
    }

    /// How often each class may be called; read once.
    pub fn rates(&self) -> &Rates {
        let read = || self.lines("rates ").next().and_then(|json| serde_json::from_str(json).ok());
        self.rates.get_or_init(|| read().unwrap_or_default())
    }

    /// The hosts of each cloud of the service.
    pub fn clouds(&self) -> Vec<Hosts> {
        let line = self.lines("clouds ").next();
        line.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    /// The entry behind a full id such as `zoom.meetings.create`, with the activity's name.
    pub fn find<'id>(&self, id: &'id str) -> Option<(&'id str, IndexEntry<'_>)> {
        let name = id.strip_prefix(self.connector())?.strip_prefix('.')?;
        // Names are words: any other would be looked for across lines.
        if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let start = format!("\nactivity {name} ");
        let contents = self.contents.get(..self.body)?;
        // Each call comes here: line by line it takes twice the time.
        let at = memchr::memmem::find(contents.as_bytes(), start.as_bytes())? + start.len();
        let mut words = contents.get(at..)?.lines().next()?.splitn(4, ' ');
        let off = words.next()? != "on";
        let (start, end): (usize, usize) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let terms = serde_json::from_str(words.next()?).ok()?;
        Some((name, IndexEntry { terms, off, json: self.json().get(start..end)? }))
    }

    /// All of it, read once.
    pub fn whole(&self) -> &Manifest {
        // [`ManifestIndex::write`] has read the same text before
        self.whole.get_or_init(|| serde_json::from_str(self.json()).unwrap_or_default())
    }

    /// As the connector said it.
    pub fn json(&self) -> &str {
        self.contents.get(self.body..).unwrap_or_default()
    }

    fn lines<'a>(&'a self, kind: &'static str) -> impl Iterator<Item = &'a str> {
        self.contents.lines().take_while(|line| !line.is_empty()).filter_map(move |line| line.strip_prefix(kind))
    }
}

impl IndexEntry<'_> {
    pub fn read(&self) -> Option<Activity> {
        serde_json::from_str(self.json).ok()
    }
}

fn clouds(manifest: &Manifest) -> Vec<&Hosts> {
    manifest.auth.profiles.values().filter_map(|profile| profile.hosts.as_ref()).collect()
}

/// Whether every schema has a small bound on the work that it causes for whoever validates or shows it.
fn schemas(manifest: &Manifest) -> Result<(), ManifestError> {
    let found = manifest.activities.len() + manifest.events.len();
    if found > MAX_ENTRIES {
        return Err(ManifestError::Many { found, limit: MAX_ENTRIES });
    }
    let activities = manifest.activities.iter();
    let events = manifest.events.iter().map(|event| (&event.name, &event.payload));
    for (name, schema) in activities.flat_map(|one| [(&one.name, &one.input), (&one.name, &one.output)]).chain(events) {
        if let Err(cause) = switchboard_schema::measure(schema) {
            return Err(ManifestError::Schema { of: name.chars().take(100).collect(), cause });
        }
    }
    Ok(())
}

/// The entries as they are written.
#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    activities: Vec<&'a RawValue>,
}

fn word(text: &str) -> Result<&str, ManifestError> {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
    if plain { Ok(text) } else { Err(ManifestError::Name(text.escape_debug().to_string())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn manifest(name: &str) -> String {
        let activity = |name: &str| {
            json!({"name": name, "area": "a", "title": "é {\"", "summary": "", "effect": "read", "idempotency": "read",
                "rate": "light", "input": {"x": ["activity "]}, "output": {}})
        };
        json!({"manifest": "1", "connector": "c", "version": "0", "title": "ü\n\nactivity c.z light 0 1\n",
            "auth": {"profiles": {}, "authorize_path": "", "token_path": "", "revoke_path": ""}, "hosts": {},
            "default_plan": "pro", "rates": {"light": {"pro": {"per_second": 7}}}, "activities": [activity(name), activity("a.two")]})
        .to_string()
    }

    #[test]
    fn one_entry_is_found_without_the_rest() {
        let text = ManifestIndex::write(&manifest("a.one"), Some("0f"), None).unwrap();
        let index = ManifestIndex::open(text.into()).unwrap();
        assert_eq!((index.connector(), index.digest(), index.compiled()), ("c", Some("0f"), Some("0f")));
        let text = ManifestIndex::write(&manifest("a.one"), Some("0f"), Some("1e")).unwrap();
        let index = ManifestIndex::open(text.into()).unwrap();
        assert_eq!((index.digest(), index.compiled()), (Some("0f"), Some("1e")));
        assert_eq!(index.rates().limit("light", None).unwrap().per_second, Some(7));
        let (name, entry) = index.find("c.a.two").unwrap();
        assert_eq!((name, entry.terms.rate.as_str(), entry.off), ("a.two", "light", false));
        assert_eq!(entry.read().unwrap().name, "a.two");
        assert_eq!(index.find("c.a.one").unwrap().1.read().unwrap().title, "é {\"");
        let off = manifest("a.one").replacen(r#""rate":"light""#, r#""rate":"light","policy":"off""#, 1);
        let off = ManifestIndex::open(ManifestIndex::write(&off, None, None).unwrap().into()).unwrap();
        assert_eq!((off.find("c.a.one").unwrap().1.off, off.find("c.a.two").unwrap().1.off), (true, false));
        let across_lines = "c.a.one on 0 1 {}\nactivity a.two";
        for unknown in ["c.a", "c.a.on", "a.one", "c.z", "d.a.one", "c.", "", across_lines] {
            assert!(index.find(unknown).is_none(), "{unknown}");
        }
        assert_eq!(index.whole().activities.len(), 2);
    }

    #[test]
    fn schemas_that_cause_too_much_work_are_refused() {
        let circle = r##"{"$ref":"#/$defs/a","$defs":{"a":{"enum":["x"],"$ref":"#/$defs/a"}}}"##;
        let text = manifest("a.one").replacen(r#""output":{}"#, &format!(r#""output":{circle}"#), 1);
        assert!(
            matches!(ManifestIndex::write(&text, None, None), Err(ManifestError::Schema { of, .. }) if of == "a.one")
        );
    }

    #[test]
    fn an_activity_that_is_there_twice_is_refused() {
        assert!(
            matches!(ManifestIndex::write(&manifest("a.two"), None, None), Err(ManifestError::Twice(name)) if name == "a.two")
        );
    }

    #[test]
    fn names_that_would_break_the_table_are_refused() {
        for name in ["a b", "a\nb", "", "a\n\n{"] {
            assert!(
                matches!(ManifestIndex::write(&manifest(name), None, None), Err(ManifestError::Name(_))),
                "{name:?}"
            );
        }
        assert!(ManifestIndex::open("{}".into()).is_none());
    }
}
