//! Downloads by the real command: what is stored, what is kept of one that is cut short, and what a name may be.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use switchboard_egress::{Credential, Egress, FixedToken, Policy};
use switchboard_runtime::{CallOptions, Runtime, RuntimeConfig};
use switchboard_tests::context::{CommandOutput, TestContext};
use switchboard_tests::video::{Video, files, parts, set_storage_fault, sha256, storage_requests};

use crate::connector::load_file::bundle;

const MIB: u64 = 1 << 20;
/// 4 MiB take three seconds.
const SLOW: (u64, u64) = (256 << 10, 200);

fn slow() -> Value {
    json!({ "kind": "drip", "bytes": SLOW.0, "millis": SLOW.1, "count": 0 })
}

fn run(context: &TestContext, arguments: &[String]) -> CommandOutput {
    context.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Downloads the video, and gives what the command said of it.
fn download(context: &TestContext, video: &Video, more: &[&str]) -> Value {
    let done = run(context, &video.download(&[more, &["--json"]].concat()));
    assert_eq!(done.code, 0, "{}", done.err);
    serde_json::from_str(&done.out).unwrap()
}

/// What was reported stored is there, under that name, with that hash.
#[track_caller]
fn stored(context: &TestContext, said: &Value) -> PathBuf {
    let path = context.home.path().join(said["path"].as_str().unwrap());
    assert_eq!(sha256(&path), said["sha256"].as_str().unwrap(), "{said}");
    path
}

fn folder(context: &TestContext) -> PathBuf {
    context.home.path().join("downloads")
}

/// The bytes that all part files have.
fn on_the_way(context: &TestContext) -> u64 {
    parts(&folder(context)).iter().filter_map(|part| part.metadata().ok()).map(|part| part.len()).sum()
}

/// Starts a download and kills it once it has brought some bytes.
fn kill_in_the_middle(context: &TestContext, video: &Video) {
    let before = on_the_way(context);
    let arguments = video.download(&["--json"]);
    let mut command = context.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let mut child = context.start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()));
    let begun = || on_the_way(context) >= before + SLOW.0;
    let give_up = Instant::now() + Duration::from_secs(20);
    while !begun() && Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(child.try_wait().unwrap().is_none(), "it still downloads");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Issue 11, 3
#[test]
fn two_files_of_one_name_are_both_kept() {
    let context = TestContext::connected();
    let video = Video::any(&context);
    for round in 0..12 {
        let downloads = format!("round-{round}");
        set_storage_fault(&context, json!({ "kind": "changed", "count": 1 }));
        let arguments = video.download(&["--downloads", &downloads, "--json"]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let children = [(); 2].map(|()| context.piped(&arguments));
        let said = children.map(|child| {
            let done = context.read_output(child.wait_with_output().unwrap());
            assert_eq!(done.code, 0, "{}", done.err);
            serde_json::from_str::<Value>(&done.out).unwrap()
        });
        let paths = [stored(&context, &said[0]), stored(&context, &said[1])];
        assert_ne!(paths[0], paths[1], "round {round}");
        assert_ne!(said[0]["sha256"], said[1]["sha256"]);
        assert_eq!(files(&context.home.path().join(&downloads)).len(), 2);
    }
}

/// Issue 12, 5
#[test]
fn a_file_that_is_there_is_not_downloaded_again() {
    let context = TestContext::connected();
    let video = Video::of(&context, MIB);
    let first = download(&context, &video, &[]);
    let done = run(&context, &video.download(&[]));
    assert!(done.err.contains("is already there"), "{}", done.err);
    let second = download(&context, &video, &[]);
    assert_eq!((&first["path"], &first["sha256"]), (&second["path"], &second["sha256"]));
    assert!(first["skipped"].is_null(), "{first}");
    assert_eq!(second["skipped"], true, "{second}");
    assert_eq!(files(&folder(&context)).len(), 1);
    let again = download(&context, &video, &["--again"]);
    assert!(again["path"].as_str().unwrap().contains(" (2)"), "{again}");
    assert!(again["skipped"].is_null(), "{again}");
    stored(&context, &again);
    assert_eq!(files(&folder(&context)).len(), 2);
}

#[test]
fn a_file_that_a_person_changed_is_left_alone() {
    let context = TestContext::connected();
    let video = Video::of(&context, MIB);
    let first = stored(&context, &download(&context, &video, &[]));
    std::fs::write(&first, "mine").unwrap();
    let second = stored(&context, &download(&context, &video, &[]));
    assert_ne!(first, second);
    assert_eq!(std::fs::read(&first).unwrap(), b"mine");
}

/// Issue 12, 5
#[test]
fn a_download_that_was_cut_short_goes_on() {
    let context = TestContext::connected();
    let video = Video::of(&context, 4 * MIB);
    set_storage_fault(&context, slow());
    let cut = run(&context, &video.download(&["--timeout", "2s", "--json"]));
    assert_eq!(TestContext::error(&cut)["code"], "timeout", "{}", cut.err);
    let part = parts(&folder(&context));
    assert_eq!(part.len(), 1, "what came is kept");
    kill_in_the_middle(&context, &video);
    set_storage_fault(&context, Value::Null);
    let before = storage_requests(&context).len();
    let said = download(&context, &video, &[]);
    stored(&context, &said);
    assert_eq!(storage_requests(&context)[before..], [false, true], "a part was asked for");
    assert!(parts(&folder(&context)).is_empty());
    // The same bytes as one that was never cut.
    let whole = download(&context, &video, &["--again"]);
    assert_eq!(said["sha256"], whole["sha256"]);
}

#[test]
fn a_file_that_changed_meanwhile_is_not_glued() {
    let context = TestContext::connected();
    let video = Video::of(&context, 4 * MIB);
    let before = download(&context, &video, &["--downloads", "before"]);
    set_storage_fault(&context, slow());
    kill_in_the_middle(&context, &video);
    set_storage_fault(&context, json!({ "kind": "changed", "count": 0 }));
    let said = download(&context, &video, &[]);
    stored(&context, &said);
    let whole = download(&context, &video, &["--downloads", "after"]);
    assert_eq!(said["sha256"], whole["sha256"]);
    assert_ne!(said["sha256"], before["sha256"]);
}

/// Issue 12, 5: an embedder's call lives while bytes come, and no longer than it was given.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_lives_while_a_download_brings_bytes() {
    let context = tokio::task::spawn_blocking(TestContext::connected).await.unwrap();
    let video = Video::of(&context, 4 * MIB);
    set_storage_fault(&context, slow());
    let token = context.emulator.issue_token("ada@emulator.test").unwrap();
    let policy = Policy::new(context.emulator.api_base().parse().unwrap(), Vec::new());
    let connection = Arc::new(FixedToken::new(policy, Credential::new(token)));
    let zoom = Runtime::new(RuntimeConfig::default(), Egress::new().unwrap()).unwrap().load_bundle(bundle()).unwrap();
    let second = Duration::from_secs(1);
    let downloads = folder(&context);
    let options = CallOptions { deadline: second, downloads, ..CallOptions::default() };
    let input = json!({ "meeting": video.meeting, "file": video.file });
    let strict = options.clone().with_timeout(second);
    let cut = zoom.call("zoom.recordings.download", input.clone(), connection.clone(), &strict).await.unwrap_err();
    assert_eq!(cut.code(), "timeout", "{cut:?}");
    let begin = Instant::now();
    let said = zoom.call("zoom.recordings.download", input, connection, &options).await.unwrap();
    assert!(begin.elapsed() > second, "it took longer than the call's own time");
    stored(&context, &said);
    tokio::task::spawn_blocking(move || drop(context)).await.unwrap();
}

/// Issue 12, 5: a step's `timeout` is its limit.
#[test]
fn a_step_has_the_time_that_it_was_given() {
    let context = TestContext::connected();
    let video = Video::of(&context, 4 * MIB);
    set_storage_fault(&context, slow());
    let document = |timeout: &str| {
        let step = json!({"id": "get", "use": "zoom.recordings.download", "timeout": timeout,
            "with": {"meeting": video.meeting, "file": video.file}});
        let text = json!({"automation": "1", "id": "video", "version": "1.0.0", "title": "A video",
            "connections": {"zoom": {"type": "zoom"}}, "steps": [step], "outputs": {"path": "${{ steps.get.path }}"}});
        let file = context.home.path().join("video.json");
        std::fs::write(&file, text.to_string()).unwrap();
        file.display().to_string()
    };
    let begin = Instant::now();
    let cut = context.run(&["run", &document("1s"), "--json"]);
    assert_eq!(TestContext::error(&cut)["code"], "timeout", "{}", cut.err);
    assert!(begin.elapsed() < Duration::from_secs(10));
    let said = context.json(&["run", &document("10m"), "--json"]);
    assert!(context.home.path().join(said["path"].as_str().unwrap()).exists());
}

/// Issue 11, 13
#[test]
fn parts_of_killed_downloads_are_swept() {
    let context = TestContext::connected();
    let video = Video::of(&context, 4 * MIB);
    for _ in 0..3 {
        set_storage_fault(&context, slow());
        kill_in_the_middle(&context, &video);
    }
    assert_eq!(parts(&folder(&context)).len(), 1, "each goes on with the same");
    // One of a server that tells no versions, and one that waits for too long.
    std::fs::write(folder(&context).join(".switchboard/once-killed.part"), "x").unwrap();
    let old = std::fs::File::options().write(true).open(&parts(&folder(&context))[0]).unwrap();
    old.set_modified(SystemTime::now() - Duration::from_secs(4 * 86_400)).unwrap();
    drop(old);
    set_storage_fault(&context, Value::Null);
    download(&context, &Video::of(&context, MIB), &[]);
    assert_eq!(parts(&folder(&context)), Vec::<PathBuf>::new());
}

/// Issue 11, 13
#[test]
fn the_largest_file_is_a_matter_of_policy() {
    let context = TestContext::connected();
    let video = Video::of(&context, 2 * MIB);
    std::fs::write(context.home.path().join("policy.json"), r#"{"max_download": "1MiB"}"#).unwrap();
    let refused = TestContext::error(&run(&context, &video.download(&["--json"])));
    assert_eq!(refused["code"], "download.too-large", "{refused}");
    assert!(parts(&folder(&context)).is_empty());
    download(&context, &video, &["--max-download", "2MiB"]);
}

/// Issue 11, low
#[test]
fn no_label_makes_a_dangerous_name() {
    let context = TestContext::connected();
    let video = Video::any(&context);
    let long = "x".repeat(300);
    for (topic, extension) in
        [("-rf", "MP4"), ("CON", "MP4"), (".bashrc", "MP4"), ("a\u{202e}b", "MP4"), ("long", &long)]
    {
        context.ask("DELETE", "/_emulator/patches", &Value::Null);
        video.set(&context, &json!({ "file_extension": extension }));
        let patch = json!({ "key": video.meeting, "set": { "topic": topic } });
        assert_eq!(context.ask("POST", "/_emulator/patches", &patch).0, 200);
        let path = stored(&context, &download(&context, &video, &["--again"]));
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name.len() < 200 && !name.starts_with(['-', '.']) && !name.contains('\u{202e}'), "{name}");
    }
}

/// The command with a limit of file sizes: a write beyond it fails as on a full disk.
fn limited(context: &TestContext, blocks: u32, arguments: &[&str]) -> CommandOutput {
    let inner = context.command(arguments);
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("ulimit -f {blocks}; exec \"$0\" \"$@\"")).arg(inner.get_program());
    command.args(inner.get_args()).current_dir(context.home.path()).stdin(Stdio::null());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    context.finish(&mut command)
}

/// Issue 11, low
#[test]
fn a_full_disk_says_to_make_room() {
    let context = TestContext::connected();
    let video = Video::of(&context, 64 * MIB);
    let arguments = video.download(&["--json"]);
    // 8 MiB, or 16 where a block has 1,024 bytes.
    let full = limited(&context, 16_384, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let error = TestContext::error(&full);
    assert_eq!(error["code"], "download.disk", "{error}");
    assert!(error["fix"].as_str().unwrap().contains("make room"), "{error}");
    assert!(parts(&folder(&context)).is_empty());
    let database = limited(&context, 0, &["connection", "rename", "work", "other", "--json"]);
    assert!(database.err.contains("make room"), "{}", database.err);
    assert_eq!(context.labels(), ["work"], "nothing changed");
}

/// A silent server costs half a minute, not the call.
#[test]
fn a_download_that_falls_silent_is_taken_up_anew() {
    let context = TestContext::connected();
    let video = Video::of(&context, 2 * MIB);
    set_storage_fault(&context, json!({ "kind": "stall", "bytes": MIB, "count": 1 }));
    stored(&context, &download(&context, &video, &[]));
    assert_eq!(storage_requests(&context), [false, true]);
}

#[test]
fn the_folder_holds_nothing_but_its_files() {
    let context = TestContext::connected();
    download(&context, &Video::of(&context, MIB), &[]);
    let names: Vec<_> =
        Path::new(&folder(&context)).read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().any(|name| name == ".switchboard"), "{names:?}");
}

/// Issue 11: a large file that was touched is read again. That is shown, and ends when asked.
#[test]
fn a_check_of_a_large_file_is_shown_and_ends_when_asked() {
    /// Nobody reads so much while the test runs.
    const HUGE: u64 = 256 << 30;
    let context = TestContext::connected();
    let video = Video::of(&context, MIB);
    let path = stored(&context, &download(&context, &video, &[]));
    let receipt = parts_folder(&context).read_dir().unwrap().map(|entry| entry.unwrap().path());
    let receipt = receipt.into_iter().find(|path| path.extension().is_some_and(|end| end == "json")).unwrap();
    let mut text: Value = serde_json::from_slice(&std::fs::read(&receipt).unwrap()).unwrap();
    text["size"] = HUGE.into();
    std::fs::write(&receipt, text.to_string()).unwrap();
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(HUGE).unwrap();

    let arguments = video.download(&[]);
    let mut child = context.piped(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("checking: ") {
        assert_ne!(lines.read_line(&mut said).unwrap(), 0, "{said}");
    }
    let asked = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let done = context.read_output(child.wait_with_output().unwrap());
    assert_eq!(done.code, 130);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    // It would be searched for secrets.
    std::fs::remove_file(path).unwrap();
}

fn parts_folder(context: &TestContext) -> PathBuf {
    folder(context).join(".switchboard")
}
