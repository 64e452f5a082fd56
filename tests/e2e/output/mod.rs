//! Whole outputs, as a person reads them. A change shows in the snapshot beside the test; `INSTA_UPDATE=always` writes it anew.

mod commands;
mod errors;
mod help;

use switchboard_tests::context::{CommandOutput, TestContext};

/// A command's exit code and all that it printed, without what differs from run to run.
fn shown(context: &TestContext, done: &CommandOutput) -> String {
    let text = format!(
        "exit code: {}\n----- standard output -----\n{}----- standard error -----\n{}",
        done.code, done.out, done.err
    );
    stable(context, &text)
}

/// The text with times, ids, ports, secrets of the sign-in and folders replaced by words.
fn stable(context: &TestContext, text: &str) -> String {
    let home = context.home.path().display().to_string();
    let mut text = text.replace(&home, "HOME");
    for (pattern, word) in [
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"--port \d+", "--port PORT"),
        (r"con_[0-9a-z]+", "con_ID"),
        (r"\br-[0-9a-z]{11,13}\b", "r-ID"),
        (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z", "TIME"),
        (r"\b\d+\.\d s\b", "N s"),
        (r"\b\d+ ms\b", "N ms"),
        (r"state=[^&\s]+", "state=STATE"),
        (r"\b[0-9a-f]{16,64}\b", "DIGEST"),
        (r"code_challenge=[^&\s]+", "code_challenge=CHALLENGE"),
    ] {
        text = regex::Regex::new(pattern).unwrap().replace_all(&text, word).into_owned();
    }
    // Blanks at the ends of lines come from columns.
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
