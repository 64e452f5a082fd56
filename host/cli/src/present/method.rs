//! Ways to connect, in the words of `connect --method`.

use switchboard_app::connection::Method;

/// The word that a person types for this way.
pub fn method_name(method: Method) -> &'static str {
    match method {
        Method::OAuth => "browser",
        Method::Byo => "byo",
        Method::ServerToServer => "s2s",
        Method::Token => "token",
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn what_is_shown_can_be_typed() {
        for method in [Method::OAuth, Method::Byo, Method::ServerToServer, Method::Token] {
            assert!(crate::args::Method::from_str(method_name(method), false).is_ok(), "{method}");
        }
        let earlier = crate::args::Method::from_str("server-to-server", false);
        assert_eq!(earlier, Ok(crate::args::Method::S2s));
    }
}
