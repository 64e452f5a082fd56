//! A second surface: a program that uses the application without the command line.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::json;
use switchboard_app::calls::{self, CallRequest};
use switchboard_app::runs::{self, RunRequest, records};
use switchboard_app::{App, AppError, Class, Config, Confirmation, Downloads, Message, NextStep, Ui, identity};
use switchboard_tests::context::TestContext;

/// Keeps what it is notified of, and answers every question alike.
struct Script {
    says_yes: bool,
    questions: Mutex<Vec<Confirmation>>,
    notices: Mutex<Vec<String>>,
}

#[async_trait]
impl Ui for Script {
    fn notify(&self, message: Message) {
        self.notices.lock().unwrap().push(message.spell(|step| format!("{step:?}")));
    }

    async fn confirm(&self, question: &Confirmation) -> Result<bool, AppError> {
        self.questions.lock().unwrap().push(question.clone());
        Ok(self.says_yes)
    }
}

/// The application of a context's data folder, at a surface of its own.
fn surface(context: &TestContext, says_yes: bool) -> (App, Arc<Script>) {
    let script = Arc::new(Script { says_yes, questions: Mutex::default(), notices: Mutex::default() });
    let config = Config { home: Some(context.home.path().to_owned()), ..Config::default() };
    (App::new(config, script.clone()).unwrap(), script)
}

fn call(activity: &str, input: serde_json::Value) -> CallRequest {
    CallRequest { activity: activity.to_owned(), input, ..CallRequest::default() }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

#[test]
fn another_surface_calls_runs_and_disconnects() {
    let context = TestContext::connected();
    let (app, script) = surface(&context, false);
    block_on(async {
        let user = calls::call(&app, call("zoom.users.me", json!({}))).await.unwrap();
        assert_eq!(user["email"], "ada@emulator.test");
        let request = RunRequest {
            source: std::fs::read_to_string(TestContext::file("manifests/automations/first-light.json")).unwrap(),
            name: "first-light.json".into(),
            limits: Default::default(),
            inputs: json!({}),
            connections: Vec::new(),
            downloads: Downloads { folder: context.home.path().join("downloads"), ..Downloads::default() },
            allow: Vec::new(),
            confirmed: false,
        };
        let finished = runs::run(&app, request, std::future::pending()).await.unwrap();
        assert_eq!(finished.outputs["complete"], true);
        let detail = records::show(&app, &finished.id).await.unwrap();
        assert_eq!(detail.run.state, "succeeded");
        assert!(detail.steps.len() >= 3, "{:?}", detail.steps);
        let connections = app.connections().await.unwrap();
        let connector = app.connector().await.unwrap();
        let label = connections.choose(None).unwrap().label;
        let (owner, _) = identity::recognise(&app, &connector, &connections, &label).await.unwrap();
        assert_eq!(owner.email.as_deref(), Some("ada@emulator.test"));
        connections.disconnect(&label).await.unwrap();
        let error = calls::call(&app, call("zoom.users.me", json!({}))).await.unwrap_err();
        assert_eq!(error.class(), Class::SignIn);
        assert_eq!(error.report().fix, Some(NextStep::ConnectFirst.into()));
        app.close().await;
    });
    assert!(script.notices.lock().unwrap().is_empty(), "{:?}", script.notices.lock().unwrap());
}

#[test]
fn another_surface_is_asked_before_a_destructive_call() {
    let context = TestContext::connected();
    let (app, script) = surface(&context, false);
    block_on(async {
        let meeting = json!({ "topic": "Kept", "start_time": "2099-05-04T09:00:00", "timezone": "Europe/Berlin", "duration": 30 });
        let meeting = calls::call(&app, call("zoom.meetings.create", meeting)).await.unwrap();
        let delete = call("zoom.meetings.delete", json!({ "meeting": meeting["meeting"]["id"] }));
        let error = calls::call(&app, delete.clone()).await.unwrap_err();
        assert_eq!(error.code(), "not-confirmed");
        let questions = script.questions.lock().unwrap().clone();
        assert_eq!(questions.len(), 1);
        let Confirmation::Activity(question) = &questions[0] else { panic!("{questions:?}") };
        assert_eq!(question.activity, "zoom.meetings.delete");
        assert!(question.sentence.contains(meeting["meeting"]["id"].as_str().unwrap()), "{questions:?}");
        let (app, _) = surface(&context, true);
        calls::call(&app, delete).await.unwrap();
        app.close().await;
    });
}
