//! What a person does next, as a fact. A surface gives it its words: a command, a link, a button.

use std::fmt;

/// What a person does after a failure, or about a connection that is not `active`.
///
/// Its text names no command and no flag. A surface that has them spells its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionStep {
    /// Connect a first account.
    Connect,
    /// Connect the account as a new one, or delete what is left of the connection.
    ConnectAgain,
    /// Sign in again to the same connection.
    Reconnect,
    /// Use the connection that took this one's place, or sign in again and replace that one.
    ReconnectReplacing,
    /// Paste a new token: there is no page to sign in at.
    PasteNewToken,
    /// Ask an administrator of the account to allow the app, then sign in again.
    AskAdministrator,
    /// Look up the names of the connections.
    FindConnection,
    /// Name one of several connections.
    ChooseConnection,
    /// Choose a name that is free.
    ChooseLabel,
    /// Correct the name.
    CorrectLabel,
    /// Test the connection.
    TestConnection,
    /// Sign in as the user who was expected.
    SignInAsExpected,
    /// Use the connection that is there, another app, or replace the connection.
    UseOrReplace,
    /// Start the sign-in again.
    RepeatSignIn,
    /// Start the sign-in again, and answer in time.
    AnswerInTime,
    /// Ask for another code, and enter it in time.
    RequestNewCode,
    /// Allow the access.
    ApproveAccess,
    /// Check the app's id, its secret and its redirect address.
    CheckApp,
    /// Check the address of the sign-in service.
    CheckAddress,
    /// Free the port, or use another one.
    FreePort,
    /// Wait: the service is asked again. Or remove the app in its settings.
    AwaitRevocation,
    /// Try again later.
    RetryLater,
    /// Provide the key that the secrets were sealed with.
    ProvideKey,
    /// Put the new key where keys come from.
    StoreNewKey,
    /// Make the key file readable by its owner only.
    ProtectKeyFile,
    /// Stop the programs that use the stored secrets.
    StopOtherPrograms,
}

impl fmt::Display for ConnectionStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect an account",
            Self::ConnectAgain => {
                "the account removed the app: connect again to use it, or disconnect to delete it here"
            }
            Self::Reconnect => "sign in again to this connection",
            Self::ReconnectReplacing => {
                "use the newer connection, or sign in again to this one and replace the newer one"
            }
            Self::PasteNewToken => "paste a new token",
            Self::AskAdministrator => "ask an administrator of the account to allow the app, then sign in again",
            Self::FindConnection => "choose one of the connections that are listed",
            Self::ChooseConnection => "name one of the connections, or choose a default",
            Self::ChooseLabel => "choose another name",
            Self::CorrectLabel => "use letters, digits and . - _ @, at most 64",
            Self::TestConnection => "test the connection",
            Self::SignInAsExpected => {
                "log out of the service in the browser, then start again and sign in as the right user"
            }
            Self::UseOrReplace => "use the existing connection, use another app, or replace the connection",
            Self::RepeatSignIn => "start the sign-in again, and answer on its page",
            Self::AnswerInTime => "start the sign-in again, and answer in time",
            Self::RequestNewCode => "start the sign-in again, and enter the new code in time",
            Self::ApproveAccess => "start the sign-in again and approve the app, or ask an administrator to",
            Self::CheckApp => "check the client id, the client secret and, for a browser sign-in, the redirect address",
            Self::CheckAddress => "check the address of the sign-in service",
            Self::FreePort => "stop the program that uses the port, or use another port that the app lists",
            Self::AwaitRevocation => {
                "the service is asked again; to end it now, remove the app in the service's own settings"
            }
            Self::RetryLater => "try again later",
            Self::ProvideKey => "provide the original key; to start over, use another data folder",
            Self::StoreNewKey => "put the new key there, then try again",
            Self::ProtectKeyFile => "make the key file readable by its owner only",
            Self::StopOtherPrograms => "stop the programs that use this data folder, then try again",
        })
    }
}
