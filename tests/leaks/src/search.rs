//! One search: for these secrets, in one place after another.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::Secret;
use crate::needles::Needles;

/// Files that a person fills to hand a secret over; they are the person's, not the product's.
pub const HANDED_OVER: &str = "app-secret";
/// The key itself, and the one that comes next: for their owner alone.
const KEYS: [&str; 2] = ["key", "key.next"];

/// Where a secret is that should not be there.
pub struct Search {
    needles: Needles,
    found: Vec<String>,
    places: usize,
}

impl Search {
    /// For these.
    pub fn new(secrets: &[Secret]) -> Self {
        Self { needles: Needles::new(secrets), found: Vec::new(), places: 0 }
    }

    /// In these bytes.
    pub fn look(&mut self, place: &str, bytes: &[u8]) {
        self.places += 1;
        self.found.extend(self.needles.find(bytes).map(|secret| format!("{place} shows {secret}")));
    }

    /// In every file of a folder, and that its keys are their owner's alone.
    pub fn folder(&mut self, folder: &Path) {
        files(folder, &mut |path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let draft = name.starts_with("key.") && name.ends_with(".tmp");
            if KEYS.contains(&&*name) || draft {
                let mode = fs::metadata(path).map_or(0, |found| found.permissions().mode());
                self.found.extend((mode & 0o077 != 0).then(|| format!("{name} can be read by others")));
            } else if name != HANDED_OVER {
                self.look(&name, &fs::read(path).unwrap_or_default());
            }
        });
    }

    /// How many places were looked at so far.
    pub fn places(&self) -> usize {
        self.places
    }

    /// One line each.
    pub fn found(self) -> Vec<String> {
        self.found
    }
}

/// Links to folders are not followed: they may lead anywhere.
fn files(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true if path.is_symlink() => {}
            true => files(&path, visit),
            false if path.is_file() => visit(&path),
            // A socket or a pipe keeps nothing, and reading one may wait for ever.
            false => {}
        }
    }
}
