//! `call zoom.recordings.download`.

use serde_json::Value;
use switchboard_tests::context::TestContext;
use switchboard_tests::video::{Video, files, parts, sha256};

use super::{Killer, kills};

/// Large enough that a kill meets it half written.
const SIZE: u64 = 24 << 20;

#[test]
fn download_that_is_killed_leaves_whole_files_only() {
    let context = TestContext::connected();
    let video = Video::of(&context, SIZE);
    let arguments = video.download(&["--json"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let proof = context.json(&arguments)["sha256"].as_str().unwrap().to_owned();
    let downloads = context.home.path().join("downloads");
    let mut killer = Killer::new(&context, || {
        std::fs::remove_dir_all(&downloads).unwrap();
        context.json(&arguments);
    });
    for kill in 0..kills() {
        std::fs::remove_dir_all(&downloads).unwrap();
        killer.start_and_kill(&arguments);
        let next = killer.next(&arguments);
        assert_eq!(next.code, 0, "kill {kill}: {}", next.err);
        let stored: Value = serde_json::from_str(&next.out).unwrap();
        assert_eq!(stored["sha256"], proof.as_str(), "kill {kill}: {stored}");
        let files = files(&downloads);
        assert_eq!(files.len(), 1, "kill {kill}: stored once, not {files:?}");
        assert_eq!(sha256(&files[0]), proof, "kill {kill}: it is not whole");
        assert!(parts(&downloads).is_empty(), "kill {kill}: {:?}", parts(&downloads));
    }
}
