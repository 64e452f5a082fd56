//! The head of an answer of a service: its status on the first line, then a header a line.

use switchboard_egress::fuzzing::answer;

use super::Target;

pub const WORDS: &[&str] = &[
    "200\n",
    "206\n",
    "302\n",
    "429\n",
    "x-ratelimit-category: ",
    "x-ratelimit-limit: ",
    "x-ratelimit-remaining: ",
    "retry-after: ",
    "location: ",
    "content-range: bytes 5-9/10\n",
    "content-type: text/html;charset=x\n",
    "content-encoding: gzip\n",
    "etag: W/\"a\"\n",
    "accept-ranges: bytes\n",
    "set-cookie: a=b\n",
    "authorization: Bearer abcdefghijklmnop\n",
    "x-forwarded-for: 1\n",
    "access_token=",
    "eyJhbGciOiJIUzI1NiJ9.",
    "a.",
    "https://api.example.com/",
    "https://u:p@api.example.com:443/",
    "http://127.0.0.1/",
    "//[::1]:1/",
    "../",
    "?",
    "#",
    "%2e%2e/",
    "@",
    "\\",
    "\n",
    ": ",
    "\t",
    "\u{7f}",
];

pub fn open() -> Target {
    Box::new(|input| {
        let (status, lines) = super::head(input);
        answer(status, &lines);
    })
}
