use std::path::PathBuf;

use super::*;

fn file(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text.json");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

fn utf16(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mark = if mark { "\u{FEFF}" } else { "" };
    mark.encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
}

#[test]
fn a_byte_order_mark_is_dropped_once() {
    let (_folder, path) = file("\u{FEFF}{\"a\": \"\u{FEFF}\"}\r\n".as_bytes());
    assert_eq!(read(&path, 64).unwrap(), "{\"a\": \"\u{FEFF}\"}\r\n");
}

#[test]
fn bytes_are_left_as_they_are() {
    let content = [0xEF, 0xBB, 0xBF, 0xFF, 0x00];
    let (_folder, path) = file(&content);
    assert_eq!(read_bytes(&path, 64).unwrap(), content);
}

#[test]
fn utf16_is_named() {
    for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        for mark in [true, false] {
            let (_folder, path) = file(&utf16("{\"topic\": \"Löwe\"}", mark, bytes));
            let error = read(&path, 1024).unwrap_err();
            assert!(matches!(error, TextFileError::Utf16 { .. }), "{error}");
            assert_eq!(error.fix(), "save it as UTF-8");
        }
    }
}

#[test]
fn other_bytes_are_refused_with_their_place() {
    let (_folder, path) = file(b"{\"topic\": \"L\xF6we\"}");
    let error = read(&path, 1024).unwrap_err();
    assert!(error.to_string().ends_with("is not UTF-8 text, first at byte 12"), "{error}");
}

#[test]
fn short_and_empty_texts_are_text() {
    for text in ["", "a", "ab", "ä", "1\n"] {
        let (_folder, path) = file(text.as_bytes());
        assert_eq!(read(&path, 2).unwrap(), text);
    }
}

#[test]
fn the_limit_is_the_last_size_that_is_read() {
    let (_folder, path) = file(&[b'a'; 2048]);
    assert_eq!(read(&path, 2048).unwrap().len(), 2048);
    assert!(read(&path, 1024).unwrap_err().to_string().ends_with("text.json is larger than 1 KiB"));
    assert!(read_stream(&[b'a'; 1025][..], "standard input", 1024).is_err());
    assert_eq!(read_stream(&[b'a'; 1024][..], "standard input", 1024).unwrap().len(), 1024);
}

#[test]
fn a_stream_without_an_end_is_read_up_to_the_limit() {
    let error = read_stream(std::io::repeat(b'a'), "standard input", 1 << 20).unwrap_err();
    assert_eq!(error.to_string(), "standard input is larger than 1 MiB");
}

#[test]
fn a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = read(folder.path(), 64).unwrap_err();
    assert!(error.to_string().ends_with("it is a folder, not a file"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_device_is_refused() {
    let error = read(Path::new("/dev/zero"), 64).unwrap_err();
    assert_eq!(error.to_string(), "cannot read /dev/zero: it is a device, not a file");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_without_waiting_for_a_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RUSR).unwrap();
    let error = read(&path, 64).unwrap_err();
    assert!(error.to_string().ends_with("it is a pipe, not a file"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_followed() {
    let (folder, path) = file(b"text");
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert_eq!(read(&link, 64).unwrap(), "text");
}

#[test]
fn an_absent_file_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let error = read(&folder.path().join("none"), 64).unwrap_err();
    assert!(error.is_absent());
    let (_folder, path) = file(&[0xFF]);
    assert!(!read(&path, 64).unwrap_err().is_absent());
}

#[cfg(unix)]
#[test]
fn a_file_of_ours_is_no_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for options in [OpenOptions::new().read(true), OpenOptions::new().append(true).create(true)] {
        let error = open_regular(&pipe, options).unwrap_err().to_string();
        assert_eq!(error, "it is a pipe where a file belongs: move it away");
    }
    assert!(check_regular(folder.path()).unwrap_err().to_string().starts_with("it is a folder"));
    let made = folder.path().join("made");
    check_regular(&made).unwrap();
    let file = open_regular(&made, OpenOptions::new().append(true).create(true)).unwrap();
    assert!(is_at(&file, &made).unwrap());
}
