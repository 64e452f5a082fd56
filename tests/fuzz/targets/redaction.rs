//! Text of a service or a component, on its way to people.

use switchboard_egress::{KnownSecrets, Target as Address, redact};

use super::Target;

pub const WORDS: &[&str] = &[
    "Bearer abcdefghijklmnop.qrst",
    "basic ",
    "bearer ",
    "eyJhbGciOiJIUzI1NiJ9.",
    "eyJ",
    ".",
    "-",
    "_",
    "a.",
    "access_token=",
    "\"refresh_token\":\"",
    "\\\"password\\\":\\\"",
    "password: ",
    "client_secret=",
    "code=",
    "state=",
    "token",
    "&",
    "=",
    "\"",
    "\\",
    "'",
    ":",
    " ",
    "\t",
    "\n",
    "https://zoom.us/rec/download/",
    "?",
    "/",
    "%2F",
    SECRET,
    "canary%2Dsecret%2Fwith%2Bsigns%3D0123456789",
    "canary-secret\\/with+signs=0123456789",
    "\\u0063anary-secret/with+signs=0123456789",
    "Y2FuYXJ5LXNlY3JldC93aXRoK3NpZ25zPTAxMjM0NTY3ODk=",
    "&#x63;anary-secret&sol;with&#43;signs=0123456789",
    "canary-s\necret/with+\nsigns=012\n3456789",
    "WTJGdVlYSjVMWE5sWTNKbGRDOTNhWFJvSzNOcFoyNXpQVEF4TWpNME5UWTNPRGs9",
    "99 97 110 97 114 121 45 115 101 99 114 101 116 ",
    "\"0\":99,\"1\":97,",
    "0 => 'c', 1 => 'a', ",
    "63h 61h 6eh ",
    "6163 616e 7972 ",
    "\u{1b}[31m",
    "eJxLTsxLLKrULU5NLkot0S/PLMnQLs5Mzyu2NTA0MjYxNTO3sAQA6o8Ltg==",
    "canary-secret",
    "/with+signs=0123456789",
];

/// One that every encoding writes in another way.
const SECRET: &str = "canary-secret/with+signs=0123456789";

pub fn open() -> Target {
    let known = KnownSecrets::of([SECRET, "short-secret-1"]);
    Box::new(move |input| {
        let scrubbed = known.scrub(input.to_vec());
        let secret = scrubbed.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!secret, "a secret that is known was left in");
        let text = known.scrub_text(String::from_utf8_lossy(input).into_owned());
        assert!(!text.contains(SECRET), "a secret that is known was left in");
        let _ = redact(&text);
        let _ = format!("{:?}", Address::Link(text));
    })
}
