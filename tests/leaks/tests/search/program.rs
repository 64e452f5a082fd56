//! `find-leaks`, line by line.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::{SECRET, says};

struct Ended {
    code: i32,
    out: String,
    err: String,
}

fn find_leaks(lines: &[u8]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_find-leaks"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One that ends at a wrong line reads no further.
    let _ = child.stdin.take().unwrap().write_all(lines);
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// With the canary known.
fn told(lines: &[Value]) -> (i32, Vec<String>) {
    let secret = json!({"what": "secret", "name": "the canary", "text": SECRET});
    let text: String = std::iter::once(&secret).chain(lines).map(|line| format!("{line}\n")).collect();
    let ended = find_leaks(text.as_bytes());
    let answer: Value = serde_json::from_str(&ended.out).unwrap();
    (ended.code, serde_json::from_value(answer["found"].clone()).unwrap())
}

#[test]
fn a_line_that_cannot_be_read_ends_it_by_its_number_and_is_not_shown() {
    let good = format!("{}\n", json!({"what": "secret", "name": "the canary", "text": SECRET}));
    for wrong in [
        &b"{\"what\":\"secret\",\"name\":\"x\",\"text\":\"shown-by-nobody\xff\"}\n"[..],
        b"\"shown-by-nobody\"\n",
        b"{\"what\":\"shown-by-nobody\"}\n",
        b"{\"what\":\"secret\",\"name\":\"x\",\"text\":{\"shown-by-nobody\":1}}\n",
        b"{\"what\":\"said\",\"place\":\"x\",\"text\":\"y\",\"shown-by-nobody\":1}\n",
        b"{\"what\":\"folder\"}\n",
        b"{\"what\":\"follow\",\"process\":1}\n",
        b"{\"what\":\"fold",
        b"\n",
    ] {
        let ended = find_leaks(&[good.as_bytes(), wrong, good.as_bytes()].concat());
        let shown = String::from_utf8_lossy(wrong);
        assert!(ended.code == 2 && ended.out.is_empty(), "{shown}: {} {}", ended.code, ended.out);
        assert!(ended.err.starts_with("line 2: at column ") && ended.err.contains("main.rs"), "{shown}: {}", ended.err);
        assert!(!ended.err.contains("shown-by-nobody"), "{}", ended.err);
    }
}

#[test]
fn nothing_to_look_for_and_nothing_to_look_at_are_failures() {
    let ended = find_leaks(b"");
    assert!(ended.code == 1 && ended.out.contains("no secret is known"), "{}", ended.out);
    let gone = json!({"what": "folder", "path": "/nowhere/at/all"});
    let (code, found) = told(&[gone]);
    assert_eq!(code, 1);
    says(&found, &["/nowhere/at/all cannot be searched"]);
    let (code, found) = told(&[json!({"what": "home", "path": "/nowhere/at/all"})]);
    assert_eq!(code, 1);
    says(&found, &["the database in /nowhere/at/all cannot be opened"]);
}

#[test]
fn what_it_is_told_is_searched() {
    let folder = tempfile::tempdir().unwrap();
    let (path, file) = (folder.path(), folder.path().join("secret"));
    std::fs::write(&file, SECRET).unwrap();
    let folder_line = json!({"what": "folder", "path": path});
    let over = |text: &str| json!({"what": "handed_over", "path": file, "text": text});
    assert_eq!(told(&[over(SECRET), folder_line.clone()]), (0, Vec::new()));
    let (code, found) = told(&[over("another secret, of another"), folder_line]);
    assert_eq!(code, 1);
    says(&found, &["secret shows the canary"]);
    let (_, found) = told(&[json!({"what": "said", "place": "a page", "text": format!("<p>{SECRET}")})]);
    says(&found, &["a page shows the canary"]);
    // Ended long ago: it showed what it was started with.
    let given = |arguments: Value, environment: Value| json!({"what": "follow", "process": 4_000_000, "arguments": arguments, "environment": environment});
    assert_eq!(told(&[given(json!(["a"]), json!({"B": "c"}))]), (0, Vec::new()));
    for line in [given(json!(["a", SECRET]), json!({})), given(json!([]), json!({"TOKEN": SECRET}))] {
        let (code, found) = told(&[line]);
        assert_eq!(code, 1);
        says(&found, &["environment of a process shows the canary"]);
    }
}
