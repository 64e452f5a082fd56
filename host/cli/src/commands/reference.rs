//! `switchboard reference`: the command line as a page, from the same definitions as `--help`.

use clap::{Arg, Command, CommandFactory};

use crate::args::Args;
use crate::output;
use crate::present::error::exit;
use switchboard_app::{AppError, Class};

/// Every exit code with its meaning and what to do.
const EXITS: [(Class, &str, &str); 7] = [
    (Class::Failed, "Failed: a `fail` step too, and a write whose result is unknown", "Read the error"),
    (Class::Usage, "Wrong usage: an unknown command, flag, activity or label", "Correct the command"),
    (Class::Invalid, "The document or the input is invalid", "Correct the document or the input"),
    (Class::SignIn, "A sign-in or a scope is missing", "A person must act: connect, reconnect or add the scope"),
    (Class::Service, "The service refused the request", "Read the error"),
    (Class::Later, "A temporary problem: rate limit, timeout or network", "Try again later"),
    (Class::Interrupted, "Ctrl-C or SIGTERM ended the command", "Look at what was done"),
];

/// Prints `docs/reference/command-line.md`.
pub fn run() -> Result<(), AppError> {
    output::script(&page())
}

fn page() -> String {
    let mut root = Args::command();
    root.build();
    let mut page = String::from(
        "# Command line and exit codes\n\n`make docs` writes this page from the program. \
         `switchboard COMMAND --help` prints the same.\n\n## Exit codes\n\n| Code | Meaning | What to do |\n|---|---|---|\n",
    );
    page.push_str("| 0 | Done | Go on |\n");
    for (class, meaning, advice) in EXITS {
        page.push_str(&format!("| {} | {meaning} | {advice} |\n", exit(class)));
    }
    page.push_str(
        "\nWith `--json`, data goes to standard output as JSON. An error is the last line of standard error, also as JSON.\n\n\
         ## Options of every command\n\n",
    );
    table(&mut page, "Option", root.get_arguments().filter(|arg| arg.is_global_set()));
    for command in root.get_subcommands().filter(|command| is_shown(command)) {
        section(&mut page, command, "##");
    }
    page
}

fn is_shown(command: &Command) -> bool {
    !command.is_hide_set() && command.get_name() != "help"
}

fn section(page: &mut String, command: &Command, level: &str) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    page.push_str(&format!("\n{level} {name}\n"));
    if let Some(about) = command.get_long_about().or_else(|| command.get_about()) {
        page.push_str(&format!("\n{}.\n", about.to_string().trim_end_matches('.')));
    }
    let children: Vec<&Command> = command.get_subcommands().filter(|command| is_shown(command)).collect();
    if children.is_empty() {
        let usage = command.clone().render_usage().to_string();
        page.push_str(&format!("\n```text\n{}\n```\n\n", usage.trim_start_matches("Usage: ").trim()));
        let own = || command.get_arguments().filter(|arg| !arg.is_global_set() && !arg.is_hide_set());
        table(page, "Argument", own().filter(|arg| arg.is_positional()));
        let options = own().filter(|arg| !arg.is_positional() && !["help", "version"].contains(&arg.get_id().as_str()));
        table(page, "Option", options);
    }
    if let Some(more) = command.get_after_help() {
        page.push_str(&format!("\n```text\n{more}\n```\n"));
    }
    for child in children {
        section(page, child, "###");
    }
    while page.ends_with("\n\n") {
        page.pop();
    }
}

fn table<'a>(page: &mut String, kind: &str, arguments: impl Iterator<Item = &'a Arg>) {
    let rows: Vec<String> = arguments.map(row).collect();
    if rows.is_empty() {
        return;
    }
    page.push_str(&format!("| {kind} | What it does |\n|---|---|\n{}\n", rows.concat()));
}

fn row(arg: &Arg) -> String {
    let help = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut sentences = vec![help.replace('\n', " ").trim_end_matches('.').to_owned()];
    if arg.get_action().takes_values() {
        let values: Vec<String> = arg.get_possible_values().iter().map(|value| code(value.get_name())).collect();
        if !values.is_empty() {
            sentences.push(format!("One of {}", values.join(", ")));
        }
        let defaults: Vec<String> =
            arg.get_default_values().iter().map(|value| code(&value.to_string_lossy())).collect();
        if !defaults.is_empty() {
            sentences.push(format!("Default: {}", defaults.join(", ")));
        }
    }
    if let Some(variable) = arg.get_env() {
        sentences.push(format!("Or set {}", code(&variable.to_string_lossy())));
    }
    sentences.retain(|sentence| !sentence.is_empty());
    let short = arg.get_short().map_or_else(String::new, |short| format!("-{short}, "));
    let name = format!("{short}{arg}");
    format!("| {} | {} |\n", code(&cell(&name)), cell(&sentences.join(". ")))
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

/// A text that ends no cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
