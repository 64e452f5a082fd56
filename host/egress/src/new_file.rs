//! Giving a file a name that nothing else has.

use std::{
    fs::{self, OpenOptions},
    io,
    path::Path,
};

use tempfile::TempPath;

/// Moves the file `from` to `to` in the same file system, unless something is there: then the error is `AlreadyExists`, and
/// `from` stays where it is. Of two processes that want one name, one gets it.
pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match rename(from, to) {
        Err(error) if lacks_both(&error) => rename_over_claim(from, to),
        done => done,
    }
}

/// By the system's rename that replaces nothing, else by a hard link.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let Err(refused) = TempPath::try_from_path(from)?.persist_noclobber(to) else {
        return Ok(());
    };
    // Dropped, it would remove the file.
    refused.path.keep().map_err(io::Error::from)?;
    Err(refused.error)
}

/// Some file systems of memory cards and networks know neither.
fn lacks_both(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput | io::ErrorKind::PermissionDenied)
}

/// Claims the name by an empty file, which only one can make, and replaces that.
fn rename_over_claim(from: &Path, to: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(to)?;
    fs::rename(from, to).inspect_err(|_| {
        // Ours, and empty.
        let _ = fs::remove_file(to);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for rename in [rename_new, rename_over_claim] {
            fs::write(&from, "new").unwrap();
            fs::write(&to, "old").unwrap();
            assert_eq!(rename(&from, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            assert_eq!((fs::read(&from).unwrap(), fs::read(&to).unwrap()), (b"new".to_vec(), b"old".to_vec()));
            fs::remove_file(&to).unwrap();
            rename(&from, &to).unwrap();
            assert_eq!((from.exists(), fs::read(&to).unwrap()), (false, b"new".to_vec()));
        }
    }
}
