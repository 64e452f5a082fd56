//! Errors of a sign-in that only the person sees, on the page in the browser.

use switchboard_manifest::{Manifest, Remedy};

use crate::App;

/// An error that the page may show, and what the person enters then.
#[derive(Clone, Debug)]
pub struct PageError {
    /// What the person enters: a letter.
    pub key: String,
    /// What it means.
    pub title: String,
    /// What the page says, where that is known.
    pub words: Option<String>,
}

/// The errors that the person can report by a letter.
pub(crate) fn page_errors(manifest: &Manifest) -> Vec<PageError> {
    let error = |remedy: &Remedy| {
        let (title, words) = (remedy.title.clone(), remedy.pages.first().cloned());
        Some(PageError { key: remedy.key.clone()?, title, words })
    };
    manifest.remedies.iter().filter_map(error).collect()
}

/// Waits until the person reports what the page shows. Never ends where nobody can.
pub(crate) async fn reported(app: &App, manifest: &Manifest) -> Remedy {
    loop {
        let line = match app.ui().read_line().await {
            Ok(Some(line)) => line,
            Ok(None) => return std::future::pending().await,
            // A line that is too long is none of the letters.
            Err(_) => "?".to_owned(),
        };
        match manifest.remedy_seen(&line) {
            Some(remedy) => return remedy.clone(),
            None if line.trim().is_empty() => {}
            None => app.ui().notify("unknown letter; still waiting".into()),
        }
    }
}
