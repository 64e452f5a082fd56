//! Every help page.

use switchboard_tests::context::TestContext;

use super::stable;

/// Names of the commands below a help page.
fn commands(help: &str) -> Vec<String> {
    let list = help.split("Commands:\n").nth(1).unwrap_or_default();
    let list = list.split("\n\n").next().unwrap_or_default();
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split([' ', ',']).next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

/// The help page of a command and of all commands below it.
fn pages(context: &TestContext, path: &[String]) -> String {
    let mut arguments: Vec<&str> = path.iter().map(String::as_str).collect();
    arguments.push("--help");
    let help = context.run(&arguments);
    assert_eq!(help.code, 0, "{path:?}: {}", help.err);
    let mut text = format!("$ switchboard {}\n{}\n", arguments.join(" "), stable(context, &help.out));
    for name in commands(&help.out) {
        text.push_str(&pages(context, &[path, &[name]].concat()));
    }
    text
}

#[test]
fn every_help_page_is_as_it_was_read() {
    let context = TestContext::new();
    let root = context.run(&["--help"]);
    let names = commands(&root.out);
    assert!(names.len() > 12, "{names:?}");
    insta::assert_snapshot!("help", stable(&context, &root.out));
    for name in names {
        insta::assert_snapshot!(format!("help_{name}"), pages(&context, &[name]));
    }
}
