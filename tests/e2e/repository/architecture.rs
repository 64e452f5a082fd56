//! The invariants of ARCHITECTURE.md that a machine can read off the sources.

use std::path::{Path, PathBuf};

use switchboard_egress::Egress;
use switchboard_runtime::{Runtime, RuntimeConfig};
use switchboard_tests::context::TestContext;

fn manifest(of: &str) -> String {
    std::fs::read_to_string(TestContext::file(of).join("Cargo.toml")).unwrap()
}

/// What a crate depends on, also on some systems only and for its build. What only its tests use is left out.
fn dependencies(of: &str) -> Vec<String> {
    dependencies_in(&manifest(of))
}

fn dependencies_in(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_dependency = false;
    for line in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            is_dependency = section.ends_with("dependencies") && !section.ends_with("dev-dependencies");
            continue;
        }
        let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
        if is_dependency && !name.is_empty() && !name.starts_with('#') {
            names.push(name.to_owned());
        }
    }
    names
}

#[test]
fn dependencies_of_one_system_and_of_the_build_count() {
    let text = "[dependencies]\na = \"1\"\n# why\nb.workspace = true\n[target.'cfg(unix)'.dependencies]\nc = \"1\"\n\
                [build-dependencies]\nd = \"1\"\n[dev-dependencies]\ne = \"1\"\n[lints]\nworkspace = true\n";
    assert_eq!(dependencies_in(text), ["a", "b", "c", "d"]);
}

/// A line without its comment. Two slashes in a text begin none.
fn code_of(line: &str) -> &str {
    let (mut is_text, mut former) = (false, ' ');
    for (at, letter) in line.char_indices() {
        match letter {
            '"' if former != '\\' && !line[..at].ends_with('\'') => is_text = !is_text,
            '/' if former == '/' && !is_text => return &line[..at - 1],
            _ => {}
        }
        former = if former == '\\' && letter == '\\' { ' ' } else { letter };
    }
    line
}

#[test]
fn address_in_a_text_is_no_comment() {
    assert_eq!(code_of(r#"let a = "https://zoom.us"; // why"#), r#"let a = "https://zoom.us"; "#);
    assert_eq!(code_of(r#"let a = '"'; // "why""#), r#"let a = '"'; "#);
    assert_eq!(code_of(r#"let a = "a \" // b"; // c"#), r#"let a = "a \" // b"; "#);
    assert_eq!(code_of("//! why"), "");
}

const HOST: [&str; 16] = [
    "json",
    "listener",
    "manifest",
    "suggest",
    "text_file",
    "schema",
    "webhooks",
    "egress",
    "runtime",
    "store",
    "connections",
    "automation",
    "engine_local",
    "app",
    "cli",
    "emulator",
];

fn users_of(dependency: &str) -> Vec<&'static str> {
    HOST.into_iter().filter(|name| dependencies(&format!("host/{name}")).iter().any(|d| d == dependency)).collect()
}

#[test]
fn only_egress_can_send_and_only_the_runtime_has_a_sandbox() {
    assert_eq!(users_of("reqwest"), ["egress"]);
    assert_eq!(users_of("wasmtime"), ["runtime"]);
    assert_eq!(users_of("oauth2"), ["connections"]);
    assert_eq!(users_of("rusqlite"), ["store"]);
    // Signatures of webhooks are checked in one place; the emulator makes its own.
    assert_eq!(users_of("hmac"), ["webhooks", "emulator"]);
    // One rule for what a mistyped name may have meant; the emulator has its own, because it shares no code.
    assert_eq!(users_of("strsim"), ["suggest", "emulator"]);
    // Their server half: pages for browsers come from one place.
    assert_eq!(users_of("hyper"), ["listener"]);
    assert_eq!(users_of("hyper-util"), ["listener"]);
    for client in ["ureq", "curl", "isahc"] {
        let users: Vec<_> = users_of(client).into_iter().filter(|user| *user != "emulator").collect();
        assert!(users.is_empty(), "{client}: {users:?}");
    }
}

/// Each crate of the host with the crates of ours that it may depend on: those above it in this list.
const LAYERS: [(&str, &[&str]); 16] = [
    ("json", &[]),
    ("listener", &[]),
    ("schema", &[]),
    ("suggest", &[]),
    ("text_file", &[]),
    ("webhooks", &["json"]),
    ("emulator", &[]),
    ("manifest", &["json", "schema", "suggest", "webhooks"]),
    ("egress", &["text_file"]),
    ("store", &["text_file"]),
    ("runtime", &["egress", "json", "manifest", "webhooks"]),
    ("connections", &["egress", "listener", "manifest", "store", "suggest", "text_file", "webhooks"]),
    ("automation", &["manifest", "schema", "suggest"]),
    ("engine_local", &["automation", "store"]),
    (
        "app",
        &[
            "automation",
            "connections",
            "egress",
            "engine_local",
            "json",
            "listener",
            "manifest",
            "runtime",
            "store",
            "suggest",
            "text_file",
        ],
    ),
    // A surface asks the application alone. The emulator is a service that `try` starts.
    ("cli", &["app", "emulator"]),
];

#[test]
fn dependencies_point_one_way() {
    let mut below: Vec<&str> = Vec::new();
    for (name, allowed) in LAYERS {
        assert!(
            allowed.iter().all(|crate_below| below.contains(crate_below)),
            "{name} depends on a crate beside or above it"
        );
        for dependency in dependencies(&format!("host/{name}")) {
            let Some(ours) = dependency.strip_prefix("switchboard-") else { continue };
            assert!(allowed.contains(&ours.replace('-', "_").as_str()), "{name} must not depend on {ours}");
        }
        below.push(name);
    }
    let mut known = HOST.to_vec();
    known.sort_unstable();
    below.sort_unstable();
    assert_eq!(below, known);
    let ours: Vec<_> = dependencies("connector").into_iter().filter(|name| name.starts_with("switchboard")).collect();
    assert!(ours.is_empty(), "the connector shares code with {ours:?}");
}

/// The interpreter asks its engine for all that it does to the world. So every engine can carry a run on.
#[test]
fn the_interpreter_is_a_pure_function() {
    let impure = ["tokio", "rand", "rusqlite", "switchboard-store"];
    let dependencies: Vec<_> =
        dependencies("host/automation").into_iter().filter(|name| impure.contains(&name.as_str())).collect();
    assert!(dependencies.is_empty(), "host/automation depends on {dependencies:?}");
    let mut files = Vec::new();
    for folder in ["run", "expr", "check"] {
        sources(&TestContext::file(&format!("host/automation/src/{folder}")), &mut files);
    }
    // Examples of filters, one of which is called `select`, are texts.
    files.retain(|file| {
        !file.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests"))
            && !file.ends_with("expr/signature/filters.rs")
    });
    assert!(files.len() > 15, "{files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in product.lines().enumerate() {
            let code = code_of(line);
            for word in [
                "clock",
                "Clock",
                "std::time",
                "::now(",
                "std::fs",
                "std::env",
                "spawn",
                "select!",
                "::select(",
                " select(",
                "join_all",
            ] {
                assert!(!code.contains(word), "{}:{}: {line}", file.display(), number + 1);
            }
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The crates of the host that more than one surface uses.
pub const LIBRARIES: [&str; 14] = [
    "app",
    "automation",
    "connections",
    "egress",
    "engine_local",
    "json",
    "listener",
    "manifest",
    "runtime",
    "schema",
    "store",
    "suggest",
    "text_file",
    "webhooks",
];

/// Visits each line of the libraries' sources with its place, without comments and tests.
fn library_lines(mut visit: impl FnMut(&str, &str)) {
    for name in LIBRARIES {
        let mut files = Vec::new();
        sources(&TestContext::file(&format!("host/{name}/src")), &mut files);
        files.retain(|file| !file.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests")));
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (number, line) in product.lines().enumerate() {
                let code = code_of(line);
                visit(code, &format!("{}:{}: {line}", file.display(), number + 1));
            }
        }
    }
}

#[test]
fn the_libraries_of_the_host_know_no_service() {
    library_lines(|code, place| {
        // The name of the service; addresses; names of headers, of the event that ends a connection, and what signatures begin with.
        for theirs in ["Zoom", "zoom.us", "api.zoom", "x-zm-", "app_deauthorized", "v0:", "v0="] {
            assert!(!code.contains(theirs), "{place}");
        }
    });
}

/// What a library says is read in a browser too: only a surface spells a flag or a command.
#[test]
fn libraries_name_no_flag_and_no_command() {
    let commands = [
        "activity",
        "call",
        "check",
        "completion",
        "connect",
        "connection",
        "connector",
        "doctor",
        "emulator",
        "error",
        "event",
        "key",
        "run",
        "runs",
        "try",
    ];
    library_lines(|code, place| {
        let mut flags = code.split("--").skip(1);
        assert!(!flags.any(|flag| flag.starts_with(|letter: char| letter.is_ascii_lowercase())), "{place}");
        for named in code.split("switchboard ").skip(1) {
            let word = named.split(|letter: char| !letter.is_ascii_lowercase()).next().unwrap_or_default();
            assert!(!commands.contains(&word), "{place}");
        }
    });
}

/// The texts of manifests are read in a browser too. They name steps as `{name}`; the surface spells them.
#[test]
fn texts_of_manifests_name_no_flag_and_no_command() {
    for file in ["host/errors.json", "zoom/errors.json", "zoom/remedies.json", "zoom/guides.json"] {
        let text = std::fs::read_to_string(TestContext::file(&format!("manifests/{file}"))).unwrap();
        for (number, line) in text.lines().enumerate() {
            let place = format!("manifests/{file}:{}: {line}", number + 1);
            let mut flags = line.split("--").skip(1);
            assert!(!flags.any(|flag| flag.starts_with(|letter: char| letter.is_ascii_lowercase())), "{place}");
            let mut commands = line.split("switchboard ").skip(1);
            assert!(!commands.any(|rest| rest.starts_with(|letter: char| letter.is_ascii_lowercase())), "{place}");
        }
    }
}

/// Whoever prints past the output module prints what a terminal obeys.
#[test]
fn only_the_output_module_of_the_command_prints() {
    let mut files = Vec::new();
    sources(&TestContext::file("host/cli/src"), &mut files);
    let others = files.iter().filter(|file| !file.iter().any(|part| part == "output"));
    for file in others {
        let text = std::fs::read_to_string(file).unwrap();
        for (number, line) in text.lines().enumerate() {
            for printing in [
                "print!",
                "println!",
                "eprint!",
                "eprintln!",
                "io::stdout",
                "io::stderr",
                "/dev/tty",
                "ProgressBar",
                ".exit()",
            ] {
                assert!(!line.contains(printing), "{}:{}: {line}", file.display(), number + 1);
            }
        }
    }
}

#[test]
fn no_file_is_past_six_hundred_lines() {
    let mut files = Vec::new();
    for folder in ["connector/src", "connector/tests", "connector/build", "host", "tests"] {
        sources(&TestContext::file(folder), &mut files);
    }
    for file in files {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 600, "{} has {lines} lines", file.display());
    }
}

/// The component that `make` wrote for other hosts.
fn component() -> Vec<u8> {
    std::fs::read(TestContext::file("target/connectors/zoom.wasm")).unwrap()
}

#[tokio::test]
async fn the_built_component_imports_nothing_but_the_contract() {
    let runtime = Runtime::new(RuntimeConfig::default(), Egress::new().unwrap()).unwrap();
    let connector = runtime.load_wasm(&component()).await.unwrap();
    assert_eq!(connector.manifest().connector, "zoom");
    let text = wit_component::decode(&component()).unwrap();
    let wit_component::DecodedWasm::Component(resolve, world) = text else { panic!("a component") };
    for import in resolve.worlds[world].imports.keys() {
        let name = resolve.name_world_key(import);
        assert!(name.starts_with("switchboard:"), "{name}");
    }
}

#[tokio::test]
async fn functions_of_the_component_and_its_manifest_are_the_same() {
    let runtime = Runtime::new(RuntimeConfig::default(), Egress::new().unwrap()).unwrap();
    let connector = runtime.load_wasm(&component()).await.unwrap();
    let wit_component::DecodedWasm::Component(resolve, world) = wit_component::decode(&component()).unwrap() else {
        panic!("a component")
    };
    let mut exported = Vec::new();
    for (key, item) in &resolve.worlds[world].exports {
        let name = resolve.name_world_key(key);
        let (Some(area), wit_parser::WorldItem::Interface { id, .. }) =
            (name.strip_prefix("switchboard:zoom/").and_then(|name| name.split('@').next()), item)
        else {
            continue;
        };
        // Reading an event is no activity.
        if area == "events" {
            continue;
        }
        exported.extend(resolve.interfaces[*id].functions.keys().map(|function| format!("{area}.{function}")));
    }
    let mut described: Vec<String> =
        connector.manifest().activities.iter().map(|activity| activity.name.clone()).collect();
    exported.sort();
    described.sort();
    assert_eq!(exported, described);
}

#[test]
fn a_dummy_of_the_frozen_contract_still_becomes_a_component() {
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve.push_dir(TestContext::file("wit/connector")).unwrap();
    let world = resolve.select_world(&[package], Some("connector")).unwrap();
    let mut module = wit_component::dummy_module(&resolve, world, wit_parser::ManglingAndAbi::Standard32);
    wit_component::embed_component_metadata(&mut module, &resolve, world, wit_component::StringEncoding::UTF8).unwrap();
    wit_component::ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap();
}
