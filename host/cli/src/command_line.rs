//! The command that a person gave, to be printed once more, as it was or with a change: it works when it is copied.

use switchboard_app::OriginalRequest;

use crate::shell::quote;

/// Its arguments without the name of the program. Secrets are never among them: those come from files and standard input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLine(Vec<String>);

impl From<OriginalRequest> for CommandLine {
    fn from(request: OriginalRequest) -> Self {
        Self(request.0)
    }
}

impl From<CommandLine> for OriginalRequest {
    fn from(line: CommandLine) -> Self {
        Self(line.0)
    }
}

/// Flags that say which service is meant.
const ADDRESSES: [&str; 3] = ["--profile", "--api-base", "--oauth-base"];

impl CommandLine {
    /// The one that runs now.
    pub fn now() -> Self {
        let all = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
        Self(all.filter(|argument| argument != "--json").collect())
    }

    /// One that signs in through an app of one's own, for advice before any was given.
    pub fn own_app(label: &str, client_id: &str) -> Self {
        Self(["connect", label, "--client-id", client_id, "--client-secret-file", "FILE"].map(str::to_owned).into())
    }

    /// With further arguments.
    #[must_use]
    pub fn with(&self, more: &[&str]) -> Self {
        let missing = more.iter().filter(|one| !self.0.iter().any(|given| given == *one));
        Self(self.0.iter().cloned().chain(missing.map(|one| (*one).to_owned())).collect())
    }

    /// Without these flags and their values.
    #[must_use]
    pub fn without(&self, flags: &[&str]) -> Self {
        let mut kept = Vec::new();
        let mut all = self.0.iter();
        while let Some(one) = all.next() {
            let named = one.split_once('=').map_or(one.as_str(), |(name, _)| name);
            if !flags.contains(&named) {
                kept.push(one.clone());
            } else if !one.contains('=') {
                all.next();
            }
        }
        Self(kept)
    }

    /// Without a flag that has no value.
    #[must_use]
    pub fn without_switch(&self, switch: &str) -> Self {
        Self(self.0.iter().filter(|one| *one != switch).cloned().collect())
    }

    /// With this flag at this value, whatever it was.
    #[must_use]
    pub fn at(&self, flag: &str, value: &str) -> Self {
        let mut changed = self.without(&[flag]);
        changed.0.extend([flag.to_owned(), value.to_owned()]);
        changed
    }

    fn value(&self, flag: &str) -> Option<&str> {
        let mut all = self.0.iter();
        while let Some(one) = all.next() {
            match one.split_once('=') {
                Some((name, value)) if name == flag => return Some(value),
                _ if one == flag => return all.next().map(String::as_str),
                _ => {}
            }
        }
        None
    }

    /// Which service it was for, as flags for another command.
    pub fn addresses(&self) -> String {
        ADDRESSES.iter().filter_map(|flag| Some(format!(" {flag} {}", quote(self.value(flag)?)))).collect()
    }

    /// Whether it is about a connection that there is already.
    pub fn reconnects(&self) -> bool {
        self.0.iter().any(|one| one == "reconnect")
    }

    /// As a shell takes it, without what comes on standard input.
    pub fn line(&self) -> String {
        let words = self.0.iter().map(|word| format!(" {}", quote(word)));
        format!("switchboard{}", words.collect::<String>())
    }

    /// As a shell takes it.
    pub fn copyable(&self) -> String {
        let mut line = self.line();
        match (self.value("--token"), self.value("--client-secret-file")) {
            (Some("-"), _) => line.push_str(" < token.txt"),
            (_, Some("-")) => line.push_str(" < FILE"),
            _ => {}
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &str) -> CommandLine {
        CommandLine(line.split(' ').map(str::to_owned).collect())
    }

    #[test]
    fn a_command_is_told_again_with_what_it_was_for() {
        let first =
            command("connect me --for zoom.users.* --account-id A --method=s2s --profile zoomgov --redirect-port 8410");
        assert_eq!(
            first.without(&["--account-id", "--method"]).copyable(),
            "switchboard connect me --for 'zoom.users.*' --profile zoomgov --redirect-port 8410"
        );
        assert_eq!(first.addresses(), " --profile zoomgov");
        assert_eq!(
            command("connect a --style classic").at("--style", "granular").copyable(),
            "switchboard connect a --style granular"
        );
        assert_eq!(command("connect a --no-input -q").without_switch("--no-input"), command("connect a -q"));
        assert_eq!(command("connect a --replace").with(&["--replace"]), command("connect a --replace"));
        assert_eq!(command("connect a --token -").copyable(), "switchboard connect a --token - < token.txt");
    }
}
