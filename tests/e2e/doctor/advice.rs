//! Commands and flags that any text of the program names, judged by the help of the program itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use switchboard_tests::context::TestContext;
use switchboard_tests::printed_command::commands;

/// What a command takes.
#[derive(Debug, Default)]
struct Help {
    flags: BTreeSet<String>,
    subcommands: BTreeSet<String>,
}

/// The help of every command, by its words.
fn helps(context: &TestContext) -> BTreeMap<Vec<String>, Help> {
    let mut all = BTreeMap::new();
    let mut next = vec![Vec::<String>::new()];
    while let Some(path) = next.pop() {
        let words: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let text = context.run(&words).out;
        let mut help = Help::default();
        let mut in_commands = false;
        for line in text.lines() {
            in_commands = line == "Commands:" || in_commands && line.starts_with("  ");
            let word = line.split_whitespace().next().unwrap_or_default();
            if in_commands && line.starts_with("  ") && !line.starts_with("   ") && word != "help" {
                help.subcommands.insert(word.to_owned());
            }
            if line.trim_start().starts_with('-') {
                help.flags.extend(flags(line.split("  ").find(|part| part.contains("--")).unwrap_or_default()));
            }
        }
        next.extend(help.subcommands.iter().map(|name| [&path[..], std::slice::from_ref(name)].concat()));
        all.insert(path, help);
    }
    // An alias, which the help of the program names in words.
    all.insert(vec!["validate".to_owned()], Help::default());
    all
}

/// The flags in a text.
fn flags(text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_lowercase() || letter == '-';
    let starts = text.match_indices("--").map(|(at, _)| text.split_at(at));
    starts
        .filter(|(before, _)| !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '-'))
        .map(|(_, rest)| {
            rest.split(|letter| !is_part(letter)).next().unwrap_or_default().trim_end_matches('-').to_owned()
        })
        .filter(|flag| flag.len() > 3)
        .collect()
}

/// Files whose texts people may be shown.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "json") {
            found.push(path);
        }
    }
}

/// The texts in quotes of a file, without comments, tests and what is no text for people.
fn quoted(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = product.lines().filter(|line| !line.trim_start().starts_with("//") && !line.contains("b\""));
    lines
        .flat_map(|line| {
            let line = line.replace("\\\"", "'").replace("\\n", "\n");
            line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

fn texts() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in [
        "host/app/src",
        "host/cli/src",
        "host/connections/src",
        "host/automation/src",
        "host/runtime/src",
        "host/store/src",
        "host/egress/src",
        "connector/src",
        "manifests",
    ] {
        files(&TestContext::file(folder), &mut found);
    }
    // Programs for who builds, with arguments of their own.
    found.retain(|file| !file.iter().any(|part| part == "bin"));
    found.into_iter().flat_map(|file| quoted(&file).into_iter().map(move |text| (file.clone(), text))).collect()
}

#[test]
fn every_command_and_its_flags_exist() {
    let context = TestContext::new();
    let (helps, mut wrong, mut judged) = (helps(&context), Vec::new(), 0);
    for (file, text) in texts() {
        for words in commands(&text) {
            // Up to where its text is filled in.
            let words = words.into_iter().take_while(|word| !word.contains('{'));
            let words: Vec<String> = words.map(|word| word.trim_end_matches([',', ';', ':']).to_owned()).collect();
            let mut path: Vec<String> = Vec::new();
            for word in &words {
                let known = helps.get(&path).is_some_and(|help| help.subcommands.contains(word));
                let alias = path.is_empty() && word == "validate";
                if !known && !alias {
                    break;
                }
                path.push(word.clone());
            }
            let named: BTreeSet<String> =
                words.iter().filter(|word| word.starts_with("--")).flat_map(|word| flags(word)).collect();
            let first = words.first().is_none_or(|word| !word.starts_with(|letter: char| letter.is_ascii_lowercase()));
            let unknown: Vec<&String> = named.iter().filter(|flag| !helps[&path].flags.contains(*flag)).collect();
            if !unknown.is_empty() || path.is_empty() && !first {
                wrong.push(format!("{}: {words:?}: {unknown:?}", file.display()));
            }
            judged += usize::from(!path.is_empty());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(judged > 80, "{judged}");
}

#[test]
fn every_flag_is_one_of_some_command() {
    let context = TestContext::new();
    let known: BTreeSet<String> = helps(&context).into_values().flat_map(|help| help.flags).collect();
    let mut wrong = Vec::new();
    for (file, text) in texts() {
        let unknown = flags(&text).into_iter().filter(|flag| !known.contains(flag));
        wrong.extend(unknown.map(|flag| format!("{}: {flag}: {text}", file.display())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
