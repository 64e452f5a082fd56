//! An answer of a token service: its status on the first line, then a header a line, an empty line, the body.

use switchboard_connections::fuzzing::token_answer;

use super::Target;

pub const WORDS: &[&str] = &[
    "200\n",
    "201\n",
    "400\n",
    "401\n",
    "429\n",
    "503\n",
    "content-type: application/json\n",
    "content-type: application/x-www-form-urlencoded\n",
    "content-type: text/html\n",
    "www-authenticate: Basic\n",
    "retry-after: ",
    "date: Thu, 26 Nov 2026 00:00:00 GMT\n",
    "\n\n",
    "\"access_token\":\"a\"",
    "\"refresh_token\":\"\"",
    "\"token_type\":\"bearer\"",
    "\"expires_in\":3599",
    "\"expires_in\":\"3600\"",
    "\"scope\":[\"a\",\"b\"]",
    "\"api_url\":\"https://api.example.com\"",
    "\"error\":\"invalid_grant\"",
    "\"error\":\"authorization_pending\"",
    "\"error\":\"slow_down\"",
    "\"error_description\":\"",
    "\"reason\":\"",
    "\"errorCode\":4700",
    SECRET,
    "canary%2Drefresh-token-0123456789",
    "canary-refresh",
    "\"device_code\":\"d\"",
    "\"verification_uri\":\"https://example.com\"",
    "\"interval\":5",
    "null",
    "true",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
];

/// The refresh token of the question.
const SECRET: &str = "canary-refresh-token-0123456789";

pub fn open() -> Target {
    Box::new(|input| {
        let (head, body) = super::split(input);
        let (status, lines) = super::head(head);
        for text in token_answer(status, &lines, body, SECRET) {
            assert!(!text.contains(SECRET), "a secret is shown: {text}");
        }
    })
}
