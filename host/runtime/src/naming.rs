//! Where a download goes: a safe file name that takes nobody's place.

use std::path::{Path, PathBuf};

/// Longest file name we make, bytes; common file systems allow 255.
const LONGEST: usize = 180;

/// `label` as a file inside `folder`, with a number added when that name is taken.
pub(crate) fn place(folder: &Path, label: &str) -> PathBuf {
    let name = clean(label);
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem.to_owned(), format!(".{extension}")),
        _ => (name, String::new()),
    };
    let mut path = folder.join(format!("{stem}{extension}"));
    for number in 2..10_000 {
        if !path.exists() {
            break;
        }
        path = folder.join(format!("{stem} ({number}){extension}"));
    }
    path
}

fn clean(label: &str) -> String {
    let mut name: String = label
        .chars()
        .map(|c| if c.is_alphanumeric() || " ._-()+".contains(c) { c } else { '_' })
        .collect::<String>()
        .trim_matches([' ', '.'])
        .to_owned();
    if name.len() > LONGEST {
        let extension = name.rsplit_once('.').map_or(String::new(), |(_, e)| format!(".{e}"));
        let mut end = LONGEST.saturating_sub(extension.len());
        while !name.is_char_boundary(end) {
            end = end.saturating_sub(1);
        }
        name.truncate(end);
        name.push_str(&extension);
    }
    if name.is_empty() { "download".into() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_leave_the_folder() {
        for (label, name) in [
            ("../../etc/passwd", "_.._etc_passwd"),
            ("a/b\\c.mp4", "a_b_c.mp4"),
            ("", "download"),
            ("...", "download"),
            ("Weekly sync 2026-11-01.mp4", "Weekly sync 2026-11-01.mp4"),
            ("ünï\u{202e}x\0.m4a", "ünï_x_.m4a"),
        ] {
            assert_eq!(clean(label), name, "{label}");
        }
        assert!(clean(&"x".repeat(500)).len() <= LONGEST);
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.mp4"), "x").unwrap();
        assert_eq!(place(folder.path(), "a.mp4"), folder.path().join("a (2).mp4"));
    }
}
