//! The readers of what a component says without a component around them, for the fuzz gate alone.

use serde_json::json;
use switchboard_manifest::ManifestIndex;
use switchboard_manifest::scopes::{Level, Style};

use crate::bindings::types;
use crate::error::CallError;
use crate::guest_text;

/// A component's description of itself, read as at a load; then what surfaces ask of it.
pub fn manifest(json: &str) {
    let index = ManifestIndex::write(json, Some("0f"), None).map_err(|error| error.to_string());
    let Some(index) = index.ok().and_then(|text| ManifestIndex::open(text.into())) else { return };
    let manifest = index.whole();
    for id in manifest.ids() {
        let entry = index.find(&id).and_then(|(_, entry)| entry.read());
        if let Some(activity) = entry {
            let _ = activity.effect_of(&json!({"action": "x", "user": "me"}));
        }
    }
    let _ = (index.rates(), index.digest(), manifest.nearest("c.a.oen"), manifest.nearest_event("meeting.creatd"));
    let Ok(all) = manifest.choose(&["a.*".to_owned()]) else { return };
    for style in [Style::Classic, Style::Granular] {
        for level in [Level::User, Level::Account] {
            let _ = manifest.scopes_for(&all, style, level);
            let _ = manifest.left_out(&all, style, level);
        }
    }
    let granted = ["a:b".to_owned(), "a:b:c".to_owned(), "a:b:admin".to_owned()];
    let _ = (manifest.style_of(&granted), manifest.superfluous(&granted), manifest.mixes_styles(&granted));
    let _ = (manifest.remedy_seen("a"), manifest.remedy_seen("error 4700"));
}

/// What a component returned: the output of an activity, an event, the body of a request, and a problem.
pub fn guest_output(text: &str) {
    let _ = (guest_text::output(text), guest_text::event(text), guest_text::body(text));
    let problem = types::Problem {
        code: text.chars().take(20).collect(),
        message: text.to_owned(),
        pointer: Some(text.to_owned()),
        fix: Some(text.to_owned()),
        retry: types::Retry::Never,
        not_sent: false,
        details: Some(text.to_owned()),
    };
    let error = CallError::from(problem);
    let _ = (error.to_string(), error.code().len(), error.fix().map(str::len));
}
