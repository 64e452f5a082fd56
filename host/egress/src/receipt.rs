//! What a file in the download folder was made of, so that it is not downloaded again.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
    time::SystemTime,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A receipt is a few hundred bytes.
const LONGEST: u64 = 16 << 10;
/// Read at once to hash a file.
const BUFFER: usize = 256 << 10;

/// One file that was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Receipt {
    /// Its name in the download folder.
    pub(crate) file: String,
    pub(crate) size: u64,
    pub(crate) sha256: String,
    pub(crate) content_type: Option<String>,
    /// When it was last written, nanoseconds since 1970.
    modified: u128,
}

impl Receipt {
    /// The receipt of a source, if the file is still there as it was. One that was written since is read whole: `read` is called
    /// with how many bytes of how many were, and ends it by `false`.
    pub(crate) fn find(downloads: &Path, folder: &Path, key: &str, read: impl Fn(u64, u64) -> bool) -> Option<Receipt> {
        let text = switchboard_text_file::read_bytes(&path(folder, key), LONGEST).ok()?;
        let receipt: Receipt = serde_json::from_slice(&text).ok()?;
        let is_name = Path::new(&receipt.file).file_name().is_some_and(|name| name == receipt.file.as_str());
        let file = downloads.join(&receipt.file);
        if !is_name || !is_file_of(&file, receipt.size) {
            return None;
        }
        let untouched = modified(&file).ok() == Some(receipt.modified);
        let size = receipt.size;
        let same = untouched || has_content(&file, size, &receipt.sha256, |bytes| read(bytes, size));
        if same { Some(receipt) } else { None }
    }

    /// Of a file that has its name.
    pub(crate) fn of(downloads: &Path, file: String, size: u64, sha256: String, content_type: Option<String>) -> Self {
        let modified = modified(&downloads.join(&file)).unwrap_or_default();
        Self { file, size, sha256, content_type, modified }
    }

    /// Keeps it for the next download of this source. Without it that one takes the bytes once more.
    pub(crate) fn keep(&self, folder: &Path, key: &str) -> io::Result<()> {
        let mut draft = tempfile::Builder::new().prefix("receipt-").suffix(".draft").tempfile_in(folder)?;
        draft.write_all(serde_json::to_string(self)?.as_bytes())?;
        draft.persist(path(folder, key)).map(drop).map_err(|error| error.error)
    }
}

/// Whether a regular file of this size and hash is at the path. `read` is called with how many bytes were read, and ends it by `false`.
pub(crate) fn has_content(path: &Path, size: u64, sha256: &str, read: impl Fn(u64) -> bool) -> bool {
    let hash = || {
        let mut digest = Sha256::new();
        let mut file = switchboard_text_file::open_regular(path, OpenOptions::new().read(true))?;
        let whole = hash_into(&mut file, &mut digest, read)?.is_some();
        io::Result::Ok(whole && format!("{:x}", digest.finalize()) == sha256)
    };
    is_file_of(path, size) && hash().unwrap_or(false)
}

/// Adds the rest of a file to a hash: how many bytes. `read` is called with how many there were so far, and ends it by `false`: none
/// then.
pub(crate) fn hash_into(file: &mut File, digest: &mut Sha256, read: impl Fn(u64) -> bool) -> io::Result<Option<u64>> {
    let mut buffer = vec![0; BUFFER];
    let mut sum = 0;
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            return Ok(Some(sum));
        }
        digest.update(buffer.get(..length).unwrap_or_default());
        sum += length as u64;
        if !read(sum) {
            return Ok(None);
        }
    }
}

fn is_file_of(path: &Path, size: u64) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == size)
}

fn modified(path: &Path) -> io::Result<u128> {
    let at = fs::symlink_metadata(path)?.modified()?;
    Ok(at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos()))
}

fn path(folder: &Path, key: &str) -> std::path::PathBuf {
    folder.join(format!("{key}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_counts_while_its_file_is_as_it_was() {
        let home = tempfile::tempdir().unwrap();
        let folder = crate::parts::folder(home.path()).unwrap();
        let file = home.path().join("a.mp4");
        fs::write(&file, "hello").unwrap();
        let receipt = Receipt::of(home.path(), "a.mp4".into(), 5, format!("{:x}", Sha256::digest("hello")), None);
        receipt.keep(&folder, "k").unwrap();
        let find = |key: &str| Receipt::find(home.path(), &folder, key, |_, _| true);
        assert_eq!((find("k"), find("other")), (Some(receipt), None));
        fs::write(&file, "hello").unwrap();
        assert!(find("k").is_some(), "written again with the same bytes");
        assert_eq!(Receipt::find(home.path(), &folder, "k", |_, _| false), None, "nobody waits for it");
        fs::write(&file, "jello").unwrap();
        assert_eq!(find("k"), None);
        fs::remove_file(&file).unwrap();
        assert_eq!(find("k"), None);
    }
}
