//! One search: for these secrets, in one place after another.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::Error;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::needles::Needles;
use crate::watch::Watch;
use crate::{Secret, gone};

/// Where a secret is that should not be there, and what could not be looked at.
pub struct Search {
    needles: Needles,
    found: Vec<String>,
    places: usize,
    /// Data folders, which may hold a key.
    homes: Vec<PathBuf>,
    handed_over: BTreeMap<PathBuf, Vec<u8>>,
}

impl Search {
    /// For these.
    pub fn new(secrets: &[Secret]) -> Self {
        let needles = Needles::new(secrets);
        let mut found: Vec<String> = needles
            .too_short()
            .iter()
            .map(|name| format!("{name} is too short to be looked for: give it 12 bytes or more"))
            .collect();
        if secrets.is_empty() {
            found.push("no secret is known: tell the search what to look for".to_owned());
        }
        Self { needles, found, places: 0, homes: Vec::new(), handed_over: BTreeMap::new() }
    }

    /// A data folder: its key files are their owner's alone, and may hold a key.
    pub fn keys_of(&mut self, home: PathBuf) {
        self.homes.push(home);
    }

    /// A file that may hold what somebody wrote there to hand it over, and nothing else.
    pub fn handed_over(&mut self, file: PathBuf, text: Vec<u8>) {
        self.handed_over.insert(file, text);
    }

    /// Something could not be looked at.
    pub fn failed(&mut self, why: String) {
        self.found.push(why);
    }

    /// In these bytes.
    pub fn look(&mut self, place: &str, bytes: &[u8]) {
        self.places += 1;
        self.found.extend(self.needles.find(bytes).map(|secret| format!("{place} shows {secret}")));
    }

    /// In what processes showed.
    pub fn processes(&mut self, watch: &Watch) {
        let (seen, failed) = watch.seen();
        seen.iter().for_each(|shown| self.look("the arguments or the environment of a process", shown));
        self.found.extend(failed);
    }

    /// In every file of a folder and its name, and that its keys are their owner's alone.
    pub fn folder(&mut self, folder: &Path) {
        let begun = match fs::symlink_metadata(folder) {
            Ok(found) if found.is_dir() => self.inside(folder, folder),
            Ok(_) => Err("it is no folder".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = begun {
            let folder = folder.display();
            self.found.push(format!(
                "{folder} cannot be searched: {why}; name a folder that is there until the search has ended"
            ));
        }
    }

    fn inside(&mut self, root: &Path, folder: &Path) -> Result<(), String> {
        for entry in fs::read_dir(folder).map_err(|error| error.to_string())? {
            let path = entry.map_err(|error| error.to_string())?.path();
            let place = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            let name = path.file_name().unwrap_or_default();
            if let Some(secret) = self.needles.find(name.as_bytes()) {
                self.found.push(format!("the name of a file in {} shows {secret}", folder.display()));
            }
            match self.entry(root, &path, &place) {
                Err(error) if !gone(&error) => self.found.push(format!(
                    "{place} cannot be searched: {error}; let the test make it readable, or take it away before its end"
                )),
                _ => {}
            }
        }
        Ok(())
    }

    /// One entry of a folder. Who is gone meanwhile is the only one who may not be read.
    fn entry(&mut self, root: &Path, path: &Path, place: &str) -> Result<(), Error> {
        let mut found = fs::symlink_metadata(path)?;
        if found.is_symlink() {
            self.look(&format!("the link {place}"), fs::read_link(path)?.as_os_str().as_bytes());
            // Where it leads to nothing, it was all there is.
            found = fs::metadata(path)?;
            if found.is_dir() {
                let leads = fs::canonicalize(path)?;
                return match leads.starts_with(fs::canonicalize(root)?) {
                    true => Ok(()),
                    false => Err(Error::other("it is a link to a folder elsewhere")),
                };
            }
        }
        let kind = found.file_type();
        if kind.is_dir() {
            self.inside(root, path).map_err(Error::other)
        } else if kind.is_socket() || kind.is_fifo() {
            // It keeps nothing, and reading one may wait for ever.
            Ok(())
        } else if !kind.is_file() {
            Err(Error::other("it is a device"))
        } else if self.is_key(path) {
            self.found
                .extend(open_to_others(&found).then(|| format!("{place} can be read by others: make its mode 0600")));
            Ok(())
        } else {
            let bytes = fs::read(path)?;
            if self.handed_over.get(path) != Some(&bytes) {
                self.look(place, &bytes);
            }
            Ok(())
        }
    }

    /// The key of a data folder, the one that comes next, and what a killed process left of writing one: nothing deeper.
    fn is_key(&self, path: &Path) -> bool {
        let home = path.parent().is_some_and(|folder| self.homes.iter().any(|home| home == folder));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let draft = |name: &str| {
            let rest = name.strip_prefix("key.")?.strip_suffix(".tmp")?;
            let process = rest.strip_prefix("next.").unwrap_or(rest);
            Some(!process.is_empty() && process.bytes().all(|byte| byte.is_ascii_digit()))
        };
        home && (name == "key" || name == "key.next" || draft(&name) == Some(true))
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

fn open_to_others(found: &Metadata) -> bool {
    found.permissions().mode() & 0o077 != 0
}
