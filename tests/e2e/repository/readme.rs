//! The ways to connect of `docs/guides/connect.md`, followed step by step: every command as it stands there, each way in six
//! steps at most.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Output, Stdio};

use switchboard_tests::context::{CommandOutput, TestContext, http};

/// Building, and starting the emulator: the same for all ways.
const FIRST: usize = 2;

/// The ways with their steps, as the guide numbers them.
fn ways(guide: &str) -> Vec<(String, Vec<String>)> {
    let section = guide.split("## Ways to connect").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut ways: Vec<(String, Vec<String>)> = Vec::new();
    let mut title = "";
    for line in section.lines() {
        match line.split_once(". ").filter(|(number, _)| number.parse::<u32>().is_ok()) {
            Some(("1", step)) => ways.push((title.to_owned(), vec![step.to_owned()])),
            Some((_, step)) => ways.last_mut().unwrap().1.push(step.to_owned()),
            None if line.ends_with(':') => title = line,
            None => {}
        }
    }
    ways
}

/// What stands between backticks.
fn quoted(step: &str) -> Vec<&str> {
    step.split('`').skip(1).step_by(2).collect()
}

/// One command of the product, at this context's emulator. `user` is who signs in, where the next step has somebody do that.
fn switchboard(context: &TestContext, line: &str, user: Option<&str>) -> CommandOutput {
    let (line, input) = line.split_once(" < ").map_or((line, None), |(line, file)| (line, Some(file)));
    let (api, oauth) = (context.emulator.api_base(), context.emulator.oauth_base());
    let mut arguments: Vec<&str> = line.split(' ').skip(1).collect();
    if arguments.windows(2).any(|two| two == ["--profile", "emulator"]) {
        arguments.extend(["--api-base", &api, "--oauth-base", &oauth]);
    }
    match (user, input) {
        (Some(user), _) if arguments.contains(&"--device") => by_code(context, &arguments, user),
        (Some(user), _) => context.sign_in(&arguments, user, "allow"),
        (None, Some(file)) => {
            context.run_with(&arguments, &fs::read_to_string(context.home.path().join(file)).unwrap())
        }
        (None, None) => context.run(&arguments),
    }
}

/// The sign-in on another machine.
fn by_code(context: &TestContext, arguments: &[&str], user: &str) -> CommandOutput {
    let mut child = context.piped(arguments);
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    let page = loop {
        let mut line = String::new();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "it ended: {said}");
        said.push_str(&line);
        if let Some((_, page)) = line.split_once("or open at once:") {
            break url::Url::parse(page.trim()).unwrap();
        }
    };
    let path = format!("{}?_user={user}&_decision=allow", page.path());
    http("GET", page.port().unwrap(), &path, "");
    lines.read_to_string(&mut said).unwrap();
    let output = child.wait_with_output().unwrap();
    context.read_output(Output { stderr: said.into_bytes(), ..output })
}

/// A line for the shell, with the emulator of this context in it.
fn shell(context: &TestContext, line: &str) {
    let line = line.replace("http://127.0.0.1:7901", context.emulator.oauth_base().trim_end_matches("/oauth"));
    let done =
        Command::new("sh").args(["-c", &line]).current_dir(context.home.path()).stdin(Stdio::null()).status().unwrap();
    assert!(done.success(), "{line}");
}

#[test]
fn seed_uipath_26_every_way_to_connect_is_tested_after_six_steps_at_most() {
    let guide = fs::read_to_string(TestContext::file("docs/guides/connect.md")).unwrap();
    let ways = ways(&guide);
    assert_eq!(ways.len(), 5, "packaged, own app, Server-to-Server, device, token: {ways:?}");
    let context = TestContext::new();
    for (title, steps) in &ways {
        assert!(steps.len() + FIRST <= 6, "{title} {steps:?}");
        assert!(steps.last().unwrap().contains("switchboard connection test"), "{title} ends with the proof");
        for (step, next) in steps.iter().zip(steps.iter().skip(1).map(Some).chain([None])) {
            let words = quoted(step);
            if words.iter().any(|word| word.ends_with("@emulator.test")) {
                assert!(words.contains(&"demo") && step.contains("click Allow"), "{step}");
                continue;
            }
            let user = next.and_then(|next| quoted(next).into_iter().find(|word| word.ends_with("@emulator.test")));
            let line = words.first().unwrap();
            if !line.starts_with("switchboard ") {
                shell(&context, line);
                continue;
            }
            let done = switchboard(&context, line, user);
            assert_eq!(done.code, 0, "{title} {line}: {}{}", done.out, done.err);
            assert!(next.is_some() || done.out.starts_with("ok: "), "{}", done.out);
        }
    }
    // The person's own files; everything else is searched when the context ends.
    for file in ["app-secret", "s2s-secret", "token.txt"] {
        fs::remove_file(context.home.path().join(file)).unwrap();
    }
    let rows = context.json(&["connection", "list", "--json"]);
    let kinds: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["method"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["browser", "byo", "s2s", "browser", "token"], "{rows}");
}

#[test]
fn the_password_of_the_readme_signs_in_at_the_emulator() {
    let context = TestContext::new();
    let sign_in = |password: &str| {
        let body = format!("email=grace%40emulator.test&password={password}&query=");
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", context.port())).unwrap();
        write!(stream, "POST /oauth/signin HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.contains("emulator_session=")
    };
    assert!(sign_in("demo") && !sign_in("wrong"));
}
