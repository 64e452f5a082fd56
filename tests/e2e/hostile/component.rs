//! Makes components out of attacks.

use std::path::PathBuf;

use serde_json::{Value, json};
use wit_component::StringEncoding;

pub const HONEST: &str = "(func $invoke (result i32) (call $done))";

/// One file of `tests/hostile`.
pub struct Attack {
    /// The error's code, or `ok`.
    pub expect: String,
    /// What the caller gives it.
    pub timeout: Option<String>,
    /// Its activity changes something.
    pub writes: bool,
    encoding: StringEncoding,
    text: String,
}

impl Attack {
    pub fn read(name: &str) -> Self {
        let text = std::fs::read_to_string(folder().join(format!("{name}.wat"))).unwrap();
        let word = |key: &str| {
            text.lines().find_map(|line| line.strip_prefix(&format!(";; {key}: "))).map(|word| word.trim().to_owned())
        };
        let encoding = match word("encoding").as_deref() {
            None => StringEncoding::UTF8,
            Some("utf16") => StringEncoding::UTF16,
            Some("compact") => StringEncoding::CompactUTF16,
            Some(other) => panic!("{name}: {other} is no encoding"),
        };
        let expect = word("expect").unwrap_or_else(|| panic!("{name} says not what to expect"));
        let writes = word("effect").is_some_and(|effect| effect == "write");
        Self { expect, timeout: word("timeout"), writes, encoding, text }
    }

    pub fn component(&self) -> Vec<u8> {
        let whole = self.text.lines().find(|line| !line.starts_with(";;")).unwrap();
        if whole.starts_with("(component") || whole.starts_with("(module") {
            return wat::parse_str(&self.text).unwrap();
        }
        let manifest = if self.writes { writing_manifest() } else { manifest() };
        encoded(&manifest, &self.text, self.encoding)
    }
}

pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("hostile")
}

/// What a hostile connector says of itself. It may ask often, so that no attack waits for the request budget.
pub fn manifest() -> Value {
    json!({
        "manifest": "1", "connector": "zoom", "version": "0", "title": "Bad",
        "auth": {"profiles": {}, "authorize_path": "/a", "token_path": "/t", "revoke_path": "/r"},
        "hosts": {}, "default_plan": "any", "rates": {"light": {"any": {"per_second": 1000}}},
        "activities": [{
            "name": "x.go", "area": "x", "title": "Go", "summary": "", "effect": "read", "idempotency": "read",
            "rate": "light", "input": {"type": "object"}, "output": {"type": "object"}
        }]
    })
}

/// The same of a connector whose activity changes something.
pub fn writing_manifest() -> Value {
    let mut manifest = manifest();
    manifest["activities"][0]["effect"] = "write".into();
    manifest["activities"][0]["idempotency"] = "unsafe".into();
    manifest["activities"][0]["reversible_by"] = "x.go".into();
    manifest
}

/// The base with this attack in it.
pub fn component(attack: &str) -> Vec<u8> {
    component_of(&manifest(), attack)
}

pub fn component_of(manifest: &Value, attack: &str) -> Vec<u8> {
    encoded(manifest, attack, StringEncoding::UTF8)
}

fn encoded(manifest: &Value, attack: &str, encoding: StringEncoding) -> Vec<u8> {
    let manifest = manifest.to_string();
    let (bytes, length): (Vec<u8>, usize) = match encoding {
        StringEncoding::UTF16 => {
            (manifest.encode_utf16().flat_map(u16::to_le_bytes).collect(), manifest.encode_utf16().count())
        }
        _ => (manifest.bytes().collect(), manifest.len()),
    };
    let mut text = std::fs::read_to_string(folder().join("base.wat"))
        .unwrap()
        .replace("{{MANIFEST}}", &escaped(&bytes))
        .replace("{{LENGTH}}", &escaped(&u32::try_from(length).unwrap().to_le_bytes()))
        .replace(";;HOSTILE", attack);
    for function in ["realloc", "post", "classify"] {
        let default = if attack.contains(&format!("(func ${function} ")) { "" } else { "default-" };
        text = text.replace(&format!("{{{{{function}}}}}"), &format!("${default}{function}"));
    }
    let mut module = wat::parse_str(&text).unwrap();
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve.push_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../wit/connector")).unwrap();
    let context = resolve.select_world(&[package], Some("connector")).unwrap();
    wit_component::embed_component_metadata(&mut module, &resolve, context, encoding).unwrap();
    wit_component::ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}
