//! A secret is found in every spelling and in every part of a database. The spellings are written out here by other means than
//! the search makes them by.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use rusqlite::Connection;
use switchboard_leaks::{Needles, Search};

use crate::{SECRET, says};

/// Of one piece, so that no second piece makes up for a spelling that is missed. Both alphabets of base64 differ on it.
const SHORT: &str = "canary/<?>?>~?\"?>?>+end";

/// Every spelling that the search claims to know, by name.
fn spellings(secret: &str) -> Vec<(String, Vec<u8>)> {
    let each = |one: fn(u8) -> String| -> String { secret.bytes().map(one).collect() };
    let query: String = secret
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    let escaped = secret.replace('"', "\\\"");
    let html = |quote: &str| secret.replace('"', quote).replace('<', "&lt;").replace('>', "&gt;");
    let mut all: Vec<(&str, String)> = vec![
        ("as it is", secret.into()),
        ("hex", each(|byte| format!("{byte:02x}"))),
        ("HEX", each(|byte| format!("{byte:02X}"))),
        ("a list of bytes", format!("{:?}", secret.as_bytes())),
        ("a JSON list of bytes", serde_json::to_string(secret.as_bytes()).unwrap()),
        ("every byte %xx", each(|byte| format!("%{byte:02x}"))),
        ("every byte %XX", each(|byte| format!("%{byte:02X}"))),
        ("a query", query.clone()),
        ("a form", query.replace("%20", "+")),
        ("a JSON string", escaped.clone()),
        ("a Rust string", format!("{secret:?}")),
        ("a JSON string with strokes escaped", escaped.replace('/', "\\/")),
        ("\\u00xx", each(|byte| format!("\\u{byte:04x}"))),
        ("\\u00XX", each(|byte| format!("\\u{byte:04X}"))),
        ("HTML", html("&quot;")),
        ("HTML with quotes as numbers", html("&#34;")),
        ("HTML with quotes left", html("\"")),
    ];
    for before in ["", "a", "ab", "abc"] {
        let whole = format!("{before}{secret}:after");
        all.push(("base64", BASE64_STANDARD.encode(&whole)));
        all.push(("base64 for addresses", BASE64_URL_SAFE.encode(&whole)));
        all.push(("bare base64", BASE64_STANDARD_NO_PAD.encode(format!("{before}{secret}"))));
        all.push(("bare base64 for addresses", BASE64_URL_SAFE_NO_PAD.encode(format!("{before}{secret}"))));
    }
    let mut all: Vec<(String, Vec<u8>)> =
        all.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    all.push(("UTF-16, small end first".to_owned(), secret.bytes().flat_map(|byte| [byte, 0]).collect()));
    all.push(("UTF-16, big end first".to_owned(), secret.bytes().flat_map(|byte| [0, byte]).collect()));
    all
}

#[test]
fn every_spelling_is_found_in_words_and_in_a_file() {
    for before in ["", "a", "ab"] {
        let whole = format!("{before}{SHORT}");
        assert_ne!(BASE64_STANDARD.encode(&whole), BASE64_URL_SAFE.encode(&whole), "a test of both alphabets");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes");
    for secret in [SECRET, SHORT] {
        let known = [("the canary".to_owned(), secret.into())];
        let needles = Needles::new(&known);
        assert_eq!(needles.find(b"a-canary of forty characters, and another 0123456"), None);
        for (name, spelling) in spellings(secret) {
            let text = [b"before ", spelling.as_slice(), b" after"].concat();
            assert_eq!(needles.find(&text), Some("the canary"), "{name}: {}", String::from_utf8_lossy(&text));
            fs::write(&file, &text).unwrap();
            let mut search = Search::new(&known);
            search.folder(folder.path());
            says(&search.found(), &["notes shows the canary"]);
        }
    }
}

#[test]
fn the_spellings_of_other_programs_are_found() {
    let needles = Needles::new(&[("the canary".to_owned(), SECRET.into())]);
    let programs =
        [&["xxd", "-p"][..], &["od", "-An", "-v", "-tu1", "-w999"], &["base64", "-w0"], &["iconv", "-t", "UTF-16LE"]];
    let mut ran = 0;
    for program in programs {
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).stdin(Stdio::piped()).stdout(Stdio::piped());
        // Not every machine has all of them.
        let Ok(mut child) = command.spawn() else { continue };
        child.stdin.take().unwrap().write_all(SECRET.as_bytes()).unwrap();
        let mut text = child.wait_with_output().unwrap().stdout;
        match program[0] {
            "xxd" => text.retain(|byte| *byte != b'\n'),
            "od" => text = String::from_utf8(text).unwrap().split_whitespace().collect::<Vec<_>>().join(",").into(),
            _ => {}
        }
        assert_eq!(needles.find(&text), Some("the canary"), "{program:?}: {}", String::from_utf8_lossy(&text));
        ran += 1;
    }
    assert!(ran >= 2, "coreutils are everywhere");
}

/// A token as long as Zoom's: over several cells and pages.
fn token() -> String {
    (0..200).map(|number| format!("{:03}t", number * 7 % 200)).collect()
}

#[test]
fn a_row_that_was_deleted_is_found_in_the_freed_pages() {
    let folder = tempfile::tempdir().unwrap();
    let database = Connection::open(folder.path().join("switchboard.db")).unwrap();
    database.execute_batch("PRAGMA secure_delete = OFF; PRAGMA journal_mode = DELETE; CREATE TABLE a (b)").unwrap();
    database.execute("INSERT INTO a VALUES (?1)", [token().repeat(20)]).unwrap();
    database.execute("DELETE FROM a", ()).unwrap();
    let count = |query: &str| database.query_row(query, (), |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM a"), 0);
    assert!(count("SELECT freelist_count FROM pragma_freelist_count") > 0);
    let mut search = Search::new(&[("the token".to_owned(), token().into())]);
    search.folder(folder.path());
    says(&search.found(), &["switchboard.db shows the token"]);
}

#[test]
fn a_row_that_is_only_in_the_journal_is_found_there() {
    let folder = tempfile::tempdir().unwrap();
    let database = Connection::open(folder.path().join("switchboard.db")).unwrap();
    let mode: String = database.query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    database
        .execute_batch("CREATE TABLE a (b); PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0")
        .unwrap();
    database.execute("INSERT INTO a VALUES (?1)", [token()]).unwrap();
    database.execute("DELETE FROM a", ()).unwrap();
    let mut search = Search::new(&[("the token".to_owned(), token().into())]);
    search.folder(folder.path());
    says(&search.found(), &["switchboard.db-wal shows the token"]);
}
