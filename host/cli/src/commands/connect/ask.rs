//! What a person can tell while a sign-in waits: pages that only the browser shows.

use switchboard_manifest::{Manifest, Remedy};

use crate::app::App;
use crate::input;
use switchboard_app::remedy::Facts;

/// Tells what the page may show, and what to type then.
pub fn explain(app: &App, manifest: &Manifest, facts: &Facts) {
    app.say("waiting five minutes for the browser. If it shows an error, type its letter and press Enter:");
    for remedy in manifest.remedies.iter().filter(|remedy| remedy.key.is_some()) {
        let key = remedy.key.as_deref().unwrap_or_default();
        let words = remedy.pages.first().map_or(String::new(), |words| format!("   (the page says \"{words}\")"));
        app.say(&format!("  {key}  {}{words}", remedy.title));
    }
    if let Some(expected) = &facts.expected {
        app.say(&format!("sign in as {expected}"));
    }
}

/// Waits until a person tells what the page shows. Never ends when nobody can type.
pub async fn told(app: &App, manifest: &Manifest) -> Remedy {
    let (typed, mut lines) = tokio::sync::mpsc::unbounded_channel();
    // A thread of its own: a read that nobody answers must not keep the process when the browser has answered.
    std::thread::spawn(move || {
        // Where nobody can type it ends at once; a line that is too long is none of those below.
        while let Some(line) = input::next_line() {
            if typed.send(line).is_err() {
                break;
            }
        }
    });
    while let Some(line) = lines.recv().await {
        match manifest.remedy_seen(&line) {
            Some(remedy) => return remedy.clone(),
            None if line.trim().is_empty() => {}
            None => app.say("unknown letter; still waiting"),
        }
    }
    std::future::pending().await
}
