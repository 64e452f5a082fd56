//! What a person does about a connection, as a message with the steps of this application.

use switchboard_connections::{Connection, ConnectionStep as Step, ConnectionsError, Leftover, Method};

use crate::next_step::SignInAgain;
use crate::{Message, NextStep, message};

/// The step for a connection of this name that is made in this way.
pub fn message_of_step(step: Step, label: Option<&str>, method: Option<Method>) -> Message {
    let again = || {
        let method = method.or(Some(Method::Byo)).map(|method| method.to_string());
        let label = label.map(str::to_owned);
        NextStep::SignInAgain(Box::new(SignInAgain { label, method, ..SignInAgain::default() }))
    };
    match step {
        Step::Connect => NextStep::ConnectFirst.into(),
        Step::Reconnect => message!["sign in again: ", again()],
        Step::ReconnectReplacing => message![
            "use the newer connection, or take over with: ",
            again(),
            " ",
            NextStep::ReplaceConnection
        ],
        Step::PasteNewToken => message!["put a new token into a file and give it on standard input: ", again()],
        Step::FindConnection => {
            message![NextStep::ListConnections, " shows the labels; choose with ", NextStep::ChooseConnection]
        }
        Step::ChooseConnection => message![
            "name one with ",
            NextStep::ChooseConnection,
            ", or set a default: ",
            NextStep::SetDefaultConnection
        ],
        Step::ChooseLabel => {
            message!["choose another name; ", NextStep::ListConnections, " shows those that are taken"]
        }
        Step::TestConnection => message!["check it with: ", NextStep::TestConnection],
        Step::SignInAsExpected => {
            "log out of the service in the browser, then sign in again as the right user".into()
        }
        Step::UseOrReplace => message![
            "use the existing connection, use another app, or replace the connection with ",
            NextStep::ReplaceConnection
        ],
        Step::RepeatSignIn => "sign in again, and answer on the page that it opens".into(),
        Step::AnswerInTime => message![
            "sign in again; if the browser cannot reach this computer, add ",
            NextStep::PasteAddress,
            "; if the browser showed an error: ",
            NextStep::ReportPage
        ],
        Step::RequestNewCode => "sign in again, and enter the new code in time".into(),
        Step::ApproveAccess => "sign in again and approve the app, or ask an administrator to".into(),
        Step::CheckApp => {
            "check the client id, the client secret and, for a browser sign-in, the redirect address; then sign in again".into()
        }
        Step::CheckAddress => message![
            "check the address of the sign-in service (",
            NextStep::ChangeSignInAddress,
            "), or leave it out"
        ],
        Step::FreePort => message![
            "stop the program that uses the port, use ",
            NextStep::PasteAddress,
            ", or use ",
            NextStep::ChangeRedirectPort,
            " with a port that the app lists"
        ],
        Step::AwaitRevocation => message![
            NextStep::ListConnections,
            " shows the next attempt to revoke it; to end it now, remove the app in the service's own settings"
        ],
        Step::RetryLater => message!["try again later; run ", NextStep::Diagnose(None), " for the cause"],
        Step::ProvideKey => {
            "provide the original key: in SWITCHBOARD_KEY, SWITCHBOARD_KEY_FILE, the unlocked keyring or the file `key`. To start over, use another data folder".into()
        }
        Step::StoreNewKey => "put the new key there, then try again".into(),
        Step::ProtectKeyFile => "remove the access of others: chmod 600 FILE".into(),
        Step::StopOtherPrograms => {
            "stop the running `switchboard` commands that use this data folder, then try again".into()
        }
        step => step.to_string().into(),
    }
}

/// What to do about a connection that cannot be used.
pub fn fix_of_connection(connection: &Connection) -> Option<Message> {
    let step = connection.next_step()?;
    Some(message_of_step(step, Some(&connection.label), Some(connection.method)))
}

/// What to do about a failure of a connection. The message names the particulars.
pub(crate) fn fix_of(error: &ConnectionsError) -> Message {
    let method = match error.root() {
        ConnectionsError::NotActive { method, .. } => Some(*method),
        _ => None,
    };
    match error.next_step() {
        Some(step) => message_of_step(step, error.label(), method),
        None => message!["run ", NextStep::Diagnose(None), " for the cause"],
    }
}

/// The failure, with what to do about each thing that it left behind.
pub(crate) fn message_of(error: &ConnectionsError) -> Message {
    match error {
        ConnectionsError::Aftermath { cause, touched } => with_left_behind(message_of(cause), touched),
        ConnectionsError::AnswerLost { cause } => message_of(cause),
        error => error.to_string().into(),
    }
}

/// A message with what a sign-in left behind.
pub(crate) fn with_left_behind(message: Message, touched: &[Leftover]) -> Message {
    touched.iter().fold(message, |message, touched| message.sentence().with(" ").joined(left_behind(touched)))
}

/// What a sign-in left behind, and what to do about it.
pub fn left_behind(touched: &Leftover) -> Message {
    let text = Message::from(touched.to_string());
    let Some(step) = touched.next_step() else {
        return text;
    };
    let label = match touched {
        Leftover::Ended { label, .. } => Some(label.as_str()),
        _ => None,
    };
    let link = if step == Step::AwaitRevocation { ". " } else { "; " };
    text.with(link).joined(message_of_step(step, label, None))
}
