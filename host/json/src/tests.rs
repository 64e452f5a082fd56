use super::*;

const SMALL: Limits = Limits { text: 1_000, depth: 4, memory: 20_000 };

#[track_caller]
fn refused(text: &str) -> JsonError {
    read(text.as_bytes(), SMALL).unwrap_err()
}

#[test]
fn every_kind_of_value_is_read_in_order() {
    let text = r#"{"z":[null,true,-1,18446744073709551615,1.5,"ä\n\u0041"],"a":{}}"#;
    assert_eq!(
        read(text.as_bytes(), SMALL).unwrap().to_string(),
        r#"{"z":[null,true,-1,18446744073709551615,1.5,"ä\nA"],"a":{}}"#
    );
}

#[test]
fn a_key_that_comes_twice_is_refused() {
    for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"\u0061":2}}]"#] {
        let error = refused(text);
        assert!(error.to_string().starts_with("an object has the same key twice"), "{error}");
        assert!(!error.is_limit(), "{error}");
    }
}

#[test]
fn text_is_limited() {
    let text = format!("\"{}\"", "x".repeat(999));
    assert!(matches!(refused(&text), JsonError::Long { found: 1_001, limit: 1_000 }));
}

#[test]
fn depth_is_limited() {
    assert!(read(b"[[[[]]]]", SMALL).is_ok());
    assert!(matches!(refused("[[[[[]]]]]"), JsonError::Deep { limit: 4 }));
    assert!(matches!(refused(r#"{"a":{"a":[{"a":{}}]}}"#), JsonError::Deep { limit: 4 }));
}

#[test]
fn brackets_in_strings_are_no_depth() {
    assert!(read(br#"["[[[[[[", "\"[[[[[", "\\"]"#, SMALL).is_ok());
}

#[test]
fn memory_is_limited() {
    assert!(matches!(refused(&format!("[{}0]", "0,".repeat(400))), JsonError::Large { limit: 20_000 }));
    assert!(matches!(refused(&format!("[{}0]", "{},".repeat(100))), JsonError::Large { limit: 20_000 }));
}

#[test]
fn what_is_no_json_is_a_mistake_and_no_limit() {
    for text in ["", "{", "[1,]", "nul", "\"", "1 2", "{\"a\" 1}", "\u{feff}{}", "[1e400]"] {
        assert!(!refused(text).is_limit(), "{text}");
    }
}

#[test]
fn a_type_is_read_within_the_same_limits() {
    assert_eq!(read_as::<Vec<u8>>(b"[1,2]", SMALL).unwrap(), [1, 2]);
    assert!(read_as::<Vec<u8>>(b"[[[[[]]]]]", SMALL).unwrap_err().is_limit());
    assert!(read_as::<Vec<u8>>(b"{}", SMALL).is_err());
}

/// A growing list or object holds at most twice the room that its values need.
#[test]
fn the_estimate_covers_values_and_members() {
    let value = size_of::<Value>();
    assert!(value * 2 <= 144, "{value}");
    // a member's hash, key and value
    let member = value + size_of::<String>() + size_of::<usize>();
    assert!(member * 2 <= 256, "{member}");
}
