//! Read a file that a person names: a document, an input, a secret, a key. Open the files of the data folder.
//!
//! Here: [`read`] for text files, [`read_bytes`] for files whose bytes must stay as they are, [`read_stream`] for standard
//! input. Each has a size limit. [`open_regular`] is for files that this program makes: locks, the database, downloads. A FIFO, a
//! folder and a device are refused without waiting for them. Not here: what the text means. This crate depends on nothing of ours.

mod encoding;
mod error;

use std::fs::{File, FileType, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

pub use encoding::decode;
pub use error::TextFileError;

/// Reads a text file of at most `limit` bytes.
///
/// Follows symbolic links. Refuses everything but regular files. Drops one leading byte order mark (U+FEFF). Names UTF-16 and
/// refuses it. Changes nothing else: line ends and blanks stay. No error repeats a part of the text, so that a file may hold a
/// secret; the buffer of a file that was read becomes the text without being copied.
pub fn read(path: &Path, limit: u64) -> Result<String, TextFileError> {
    decode(read_bytes(path, limit)?, &name(path))
}

/// Reads a regular file of at most `limit` bytes as it is.
pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, TextFileError> {
    let name = name(path);
    let unreadable = |cause| TextFileError::Unreadable { name: name.clone(), cause };
    // Before it is opened: opening a device can already do something.
    regular(std::fs::metadata(path).map_err(unreadable)?.file_type(), &name)?;
    let file = open(path, OpenOptions::new().read(true)).map_err(unreadable)?;
    // And again: another file can stand there by now.
    let metadata = file.metadata().map_err(unreadable)?;
    regular(metadata.file_type(), &name)?;
    if metadata.len() > limit {
        return Err(TextFileError::TooLarge { name, limit });
    }
    // One more than there is, so that the end is seen without growing the buffer.
    let capacity = usize::try_from(metadata.len()).unwrap_or_default().saturating_add(1);
    drain(file, &name, limit, Vec::with_capacity(capacity))
}

/// Reads text of at most `limit` bytes from a stream, for example standard input. `name` is what errors call it.
pub fn read_stream(stream: impl Read, name: &str, limit: u64) -> Result<String, TextFileError> {
    decode(drain(stream, name, limit, Vec::new())?, name)
}

/// Opens a file of this program's own by `options`. What is there and is no regular file is refused, and never waited for.
pub fn open_regular(path: &Path, options: &OpenOptions) -> io::Result<File> {
    check_regular(path)?;
    let file = open(path, options)?;
    belongs(file.metadata()?.file_type())?;
    Ok(file)
}

/// Refuses what is at a path and is no regular file. Nothing may be there.
pub fn check_regular(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(metadata) => belongs(metadata.file_type()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether a path leads to this very file. Its number of links does not tell: a server may keep a removed file under another
/// name for as long as somebody has it open.
#[cfg(unix)]
pub fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let open = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (open.dev(), open.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a path leads to a file.
#[cfg(not(unix))]
pub fn is_at(_: &File, path: &Path) -> io::Result<bool> {
    Ok(path.exists())
}

/// Waits until the names in a folder are on the disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn drain(stream: impl Read, name: &str, limit: u64, mut bytes: Vec<u8>) -> Result<Vec<u8>, TextFileError> {
    stream
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|cause| TextFileError::Unreadable { name: name.to_owned(), cause })?;
    // A file can grow while it is read, and one of `/proc` has no size.
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(TextFileError::TooLarge { name: name.to_owned(), limit });
    }
    Ok(bytes)
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(unix)]
fn open(path: &Path, options: &OpenOptions) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // A FIFO that took the file's place would else wait for a writer.
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    options.clone().custom_flags(flags.bits().cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path, options: &OpenOptions) -> io::Result<File> {
    options.open(path)
}

fn regular(kind: FileType, name: &str) -> Result<(), TextFileError> {
    match other(kind) {
        Some(kind) => Err(TextFileError::NotAFile { name: name.to_owned(), kind }),
        None => Ok(()),
    }
}

fn belongs(kind: FileType) -> io::Result<()> {
    match other(kind) {
        Some(kind) => {
            let message = format!("it is {kind} where a file belongs: move it away");
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        }
        None => Ok(()),
    }
}

/// What it is, if it is no regular file.
fn other(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        return None;
    }
    Some(if kind.is_dir() { "a folder" } else { special(kind) })
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a device"
}

#[cfg(test)]
mod tests;
