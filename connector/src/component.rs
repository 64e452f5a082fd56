//! The component's exports: generic, typed and sign-in, each a line to the same functions.

use crate::activities::{self, meetings, recordings, users};
use crate::auth;
use crate::bindings::contract::Problem;
use crate::bindings::{activities_export, auth_export};
use crate::bindings::{meetings as m, recordings as r, users as u};
use crate::service::Host;
use crate::zoom::Zoom;

struct Component;

impl activities_export::Guest for Component {
    fn describe() -> String {
        crate::manifest::RESOLVED.to_owned()
    }
    fn invoke(name: String, input: String) -> Result<String, Problem> {
        activities::invoke(&Zoom::new(&Host), &name, &input)
    }
}

impl auth_export::Guest for Component {
    fn describe() -> String {
        auth::describe()
    }
    fn identify() -> Result<auth_export::Identity, Problem> {
        auth::identify(&Zoom::new(&Host))
    }
    fn classify(status: u16, headers: Vec<auth_export::Header>, body: Vec<u8>) -> auth_export::Verdict {
        auth::classify(status, &headers, &body)
    }
}

impl u::Guest for Component {
    fn me() -> Result<u::User, Problem> {
        users::me(&Zoom::new(&Host))
    }
    fn get(request: u::GetUser) -> Result<u::User, Problem> {
        users::get(&Zoom::new(&Host), request)
    }
}

impl m::Guest for Component {
    fn create(request: m::CreateMeeting) -> Result<m::SavedMeeting, Problem> {
        meetings::create(&Zoom::new(&Host), request)
    }
    fn get(request: m::GetMeeting) -> Result<m::Meeting, Problem> {
        meetings::get(&Zoom::new(&Host), request)
    }
    fn invitation(request: m::GetInvitation) -> Result<m::MeetingInvitation, Problem> {
        meetings::invitation(&Zoom::new(&Host), request)
    }
    fn list(request: m::ListMeetings) -> Result<m::MeetingList, Problem> {
        meetings::list(&Zoom::new(&Host), request)
    }
    fn update(request: m::UpdateMeeting) -> Result<m::SavedMeeting, Problem> {
        meetings::update(&Zoom::new(&Host), request)
    }
    fn delete(request: m::DeleteMeeting) -> Result<m::DeletedMeeting, Problem> {
        meetings::delete(&Zoom::new(&Host), request)
    }
}

impl r::Guest for Component {
    fn list(request: r::ListRecordings) -> Result<r::RecordingList, Problem> {
        recordings::list(&Zoom::new(&Host), request)
    }
    fn get(request: r::GetRecording) -> Result<r::Recording, Problem> {
        recordings::get(&Zoom::new(&Host), request)
    }
    fn download(request: r::DownloadRecording) -> Result<r::Downloaded, Problem> {
        recordings::download(&Zoom::new(&Host), request)
    }
}

#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "exported symbols of the component")]
mod exports {
    use super::Component;
    crate::bindings::export!(Component with_types_in crate::bindings);
}
