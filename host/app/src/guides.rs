//! Guides of a connector: how an app or an account is prepared at the service.

use switchboard_manifest::{Guide, Manifest};

use crate::AppError;

/// The guide of this name.
pub fn find<'a>(manifest: &'a Manifest, name: &str) -> Result<&'a Guide, AppError> {
    manifest.guides.iter().find(|guide| guide.id == name).ok_or_else(|| {
        let known: Vec<&str> = manifest.guides.iter().map(|guide| guide.id.as_str()).collect();
        AppError::usage(format!("there is no guide `{name}`"), format!("use one of: {}", known.join(", ")))
    })
}
