//! The end of a world: nothing of what its commands said, wrote and showed to others holds a secret.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::PoisonError;

use crate::leaks::Needles;
use crate::sealed;
use crate::world::World;

/// Files that a person fills to hand a secret over; they are the person's, not the product's.
pub const HANDED_OVER: &str = "app-secret";
/// The key itself, and the one that comes next: for their owner alone.
const KEYS: [&str; 2] = ["key", "key.next"];

impl World {
    /// Every secret there was: what the emulator gave out or was shown (access and refresh tokens, codes, proofs), the
    /// secrets of its apps, what the database seals, its keys, and what the test named.
    pub fn secrets(&self) -> Vec<(String, Vec<u8>)> {
        let mut all: Vec<(String, Vec<u8>)> = Vec::new();
        all.extend(
            self.emulator.issued_tokens().into_iter().map(|token| ("a token or code".into(), token.into_bytes())),
        );
        all.extend(
            self.emulator.app_secrets().into_iter().map(|secret| ("an app's secret".into(), secret.into_bytes())),
        );
        all.extend(sealed::secrets(self.home.path()));
        all.extend(self.known.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned());
        all
    }

    /// Where a secret is that should not be there, one line each.
    pub fn leaks(&self) -> Vec<String> {
        let needles = Needles::new(&self.secrets());
        let mut found = Vec::new();
        let mut look = |place: &str, bytes: &[u8]| {
            found.extend(needles.find(bytes).map(|secret| format!("{place} shows {secret}")));
        };
        for (place, bytes) in self.said.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            look(place, bytes);
        }
        for shown in self.watch.seen() {
            look("the arguments or the environment of a process", &shown);
        }
        let mut exposed = Vec::new();
        files(self.home.path(), &mut |path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let draft = name.starts_with("key.") && name.ends_with(".tmp");
            if KEYS.contains(&&*name) || draft {
                let mode = fs::metadata(path).map_or(0, |found| found.permissions().mode());
                exposed.extend((mode & 0o077 != 0).then(|| format!("{name} can be read by others")));
            } else if name != HANDED_OVER {
                look(&name, &fs::read(path).unwrap_or_default());
            }
        });
        found.extend(exposed);
        found
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // A test that failed says so itself; a second panic would hide it.
        if !std::thread::panicking() {
            let found = self.leaks();
            assert!(found.is_empty(), "secrets were left behind: {}", found.join("; "));
        }
    }
}

fn files(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, visit) } else { visit(&path) }
    }
}
