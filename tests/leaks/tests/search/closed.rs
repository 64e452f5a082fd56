//! What cannot be looked at fails the search, by its place and with what to do.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use switchboard_leaks::Search;

use crate::{SECRET, says, search};

fn found(prepare: impl FnOnce(&mut Search, &Path)) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut search = search();
    prepare(&mut search, folder.path());
    search.folder(folder.path());
    search.found()
}

#[test]
fn a_folder_that_is_missing_or_none_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for (path, why) in [(folder.path().join("nowhere"), "No such file"), (file, "it is no folder")] {
        let mut search = search();
        search.folder(&path);
        says(&search.found(), &[&path.display().to_string(), "cannot be searched", why, "name a folder"]);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_a_failure() {
    // Its name is longer than any: it can be listed nowhere, so a link to it is what there is to read.
    let unreadable = found(|_, folder| symlink("x".repeat(300), folder.join("notes")).unwrap());
    says(&unreadable, &["notes cannot be searched", "File name too long", "make it readable"]);
    let round =
        found(|_, folder| symlink("b", folder.join("a")).and_then(|()| symlink("a", folder.join("b"))).unwrap());
    assert!(round.len() == 2 && round.iter().all(|line| line.contains("symbolic links")), "{round:?}");
    let device = found(|_, folder| symlink("/dev/zero", folder.join("core")).unwrap());
    says(&device, &["core cannot be searched", "a device"]);
}

#[test]
fn a_folder_or_a_file_of_somebody_else_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    for (name, closed) in [("deep", true), ("notes", false)] {
        let path = folder.path().join(name);
        match closed {
            true => fs::create_dir(&path).unwrap(),
            false => fs::write(&path, SECRET).unwrap(),
        }
        fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
    }
    let mut search = search();
    search.folder(folder.path());
    let found = search.found();
    // Root reads everything, and then finds it.
    match fs::read(folder.path().join("notes")) {
        Ok(_) => says(&found, &["notes shows the canary"]),
        Err(_) => assert!(found.len() == 2 && found.iter().all(|line| line.contains("ermission denied")), "{found:?}"),
    }
    fs::set_permissions(folder.path().join("deep"), Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_link_to_a_folder_elsewhere_is_a_failure_and_where_a_link_leads_is_searched() {
    let elsewhere = tempfile::tempdir().unwrap();
    let there = elsewhere.path().join("there");
    fs::write(&there, SECRET).unwrap();
    let away = found(|_, folder| symlink(elsewhere.path(), folder.join("away")).unwrap());
    says(&away, &["away cannot be searched", "a folder elsewhere"]);
    let file = found(|_, folder| symlink(&there, folder.join("file")).unwrap());
    says(&file, &["file shows the canary"]);
    let itself =
        found(|_, folder| symlink("canary-".to_owned() + &SECRET.replace('/', ""), folder.join("name")).unwrap());
    assert_eq!(itself, Vec::<String>::new(), "without its stroke it is another text");
    let inside = found(|_, folder| {
        fs::create_dir(folder.join("deep")).unwrap();
        symlink("deep", folder.join("again")).unwrap();
    });
    assert_eq!(inside, Vec::<String>::new());
}

#[test]
fn only_what_keeps_nothing_is_passed_over() {
    let passed = found(|_, folder| {
        drop(UnixListener::bind(folder.join("socket")).unwrap());
        assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
        symlink("nobody-123", folder.join("lock")).unwrap();
    });
    assert_eq!(passed, Vec::<String>::new());
}

#[test]
fn a_name_is_searched_like_what_is_in_the_file() {
    let planted = "a-name-that-is-a-secret";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(format!("of {planted}.tmp")), "").unwrap();
    symlink(format!("to {planted}"), folder.path().join("link")).unwrap();
    let mut search = Search::new(&[("the name".to_owned(), planted.into())]);
    search.folder(folder.path());
    let found = search.found();
    assert!(found.len() == 2 && found.iter().all(|line| line.ends_with("shows the name")), "{found:?}");
    assert!(found.iter().all(|line| !line.contains(planted)), "and is not told: {found:?}");
}

#[test]
fn only_the_key_of_the_data_folder_itself_may_hold_a_key() {
    let write = |path: PathBuf| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, SECRET).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    };
    for own in ["key", "key.next", "key.4711.tmp", "key.next.4711.tmp"] {
        let passed = found(|search, folder| {
            search.keys_of(folder.to_owned());
            write(folder.join(own));
        });
        assert_eq!(passed, Vec::<String>::new(), "{own}");
        let exposed = found(|search, folder| {
            search.keys_of(folder.to_owned());
            write(folder.join(own));
            fs::set_permissions(folder.join(own), Permissions::from_mode(0o644)).unwrap();
        });
        says(&exposed, &[own, "can be read by others"]);
        let of_nobody = found(|_, folder| write(folder.join(own)));
        says(&of_nobody, &[own, "shows the canary"]);
    }
    for other in ["deep/key", "deep/key.next", "key.old", "key.tmp", "key.a.tmp", "keys", "key.1.tmp.tmp"] {
        let seen = found(|search, folder| {
            search.keys_of(folder.to_owned());
            write(folder.join(other));
        });
        says(&seen, &[&format!("{other} shows the canary")]);
    }
}

#[test]
fn only_the_file_that_was_handed_over_may_hold_just_that() {
    let handed = |file: &str, text: &str| {
        found(|search, folder| {
            fs::create_dir(folder.join("deep")).unwrap();
            search.handed_over(folder.join("app-secret"), SECRET.into());
            fs::write(folder.join(file), text).unwrap();
        })
    };
    assert_eq!(handed("app-secret", SECRET), Vec::<String>::new());
    says(&handed("app-secret", &format!("{SECRET} and more")), &["app-secret shows the canary"]);
    says(&handed("deep/app-secret", SECRET), &["deep/app-secret shows the canary"]);
    let of_nobody = found(|_, folder| fs::write(folder.join("app-secret"), SECRET).unwrap());
    says(&of_nobody, &["app-secret shows the canary"]);
}

#[test]
fn a_search_for_nothing_or_for_what_is_too_short_is_a_failure() {
    says(&Search::new(&[]).found(), &["no secret is known"]);
    let short = [("the pin".to_owned(), b"1234".to_vec()), ("the canary".to_owned(), SECRET.into())];
    says(&Search::new(&short).found(), &["the pin is too short", "12 bytes"]);
}
