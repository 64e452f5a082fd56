//! Start and stop a running meeting's stream.

use crate::bindings::livestream::{StartStream, StopStream, StreamCommand};
use crate::ids::MeetingId;
use crate::problem::invalid;
use crate::service::Outcome;
use crate::wire::livestream::{Choices, Command, captions, layout};
use crate::zoom::Zoom;

/// Start the stream.
pub fn start(zoom: &Zoom<'_>, request: StartStream) -> Outcome<StreamCommand> {
    if request.display_name.as_deref().is_some_and(|name| !(1..=50).contains(&name.chars().count())) {
        return Err(invalid("/display_name", "the name is empty or too long", "use 1 to 50 characters"));
    }
    let choices = Choices {
        active_speaker_name: request.show_speaker_name,
        display_name: request.display_name,
        layout: request.layout.map(layout),
        close_caption: request.captions.map(captions),
    };
    let settings = Some(choices).filter(|choices| *choices != Choices::default());
    send(zoom, request.meeting, Command { action: "start", settings })
}

/// Stop the stream.
pub fn stop(zoom: &Zoom<'_>, request: StopStream) -> Outcome<StreamCommand> {
    send(zoom, request.meeting, Command { action: "stop", settings: None })
}

fn send(zoom: &Zoom<'_>, meeting: String, command: Command) -> Outcome<StreamCommand> {
    let id = MeetingId::parse("/meeting", &meeting)?;
    zoom.patch(format!("/meetings/{id}/livestream/status")).body(&command)?.done()?;
    Ok(StreamCommand { meeting, action: command.action.to_owned() })
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, fails, script};

    const INPUT: &str = r#"{"meeting":"81234567890"}"#;
    const PATCH: &str = "PATCH /meetings/81234567890/livestream/status";

    #[test]
    fn choices_are_sent_in_zooms_words() {
        let input = r#"{"meeting":"81234567890","display_name":"Town hall","show_speaker_name":true,"layout":"gallery_view","captions":"burnt_in"}"#;
        let body = r#"{"action":"start","settings":{"active_speaker_name":true,"display_name":"Town hall","layout":"gallery_view","close_caption":"burnt-in"}}"#;
        let expected = r#"{"meeting":"81234567890","action":"start"}"#;
        check("livestream.start", input, script(PATCH, 204, "").with_body(body), expected);
        check("livestream.start", INPUT, script(PATCH, 204, "").with_body(r#"{"action":"start"}"#), expected);
    }

    #[test]
    fn stopping_has_no_choices() {
        let script = script(PATCH, 204, "").with_body(r#"{"action":"stop"}"#);
        check("livestream.stop", INPUT, script, r#"{"meeting":"81234567890","action":"stop"}"#);
    }

    #[test]
    fn wrong_input_is_refused() {
        let input = r#"{"meeting":"81234567890","display_name":""}"#;
        fails("livestream.start", input, script("", 0, ""), "input.invalid", Some("/display_name"));
        fails("livestream.stop", r#"{"meeting":"x"}"#, script("", 0, ""), "input.invalid", Some("/meeting"));
    }

    #[test]
    fn a_meeting_that_is_gone_is_not_found() {
        for activity in ["livestream.start", "livestream.stop"] {
            let gone = script(PATCH, 404, r#"{"code":3001,"message":"x"}"#);
            fails(activity, INPUT, gone, "not-found", None);
        }
    }
}
