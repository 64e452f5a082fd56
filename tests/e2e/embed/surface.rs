//! A second surface: a program that uses the application without the command line.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::json;
use switchboard_app::calls::{self, CallRequest};
use switchboard_app::connect::{
    self, AccessPlan, AccessRequest, AskedScopes, ConnectRequest, Credentials, SignInChannel, SignInRequest, SignInStep,
};
use switchboard_app::connection::{self, Consent, RevocationResult};
use switchboard_app::doctor::{self, Health};
use switchboard_app::runs::{self, RunOptions, RunRequest, records};
use switchboard_app::{App, AppError, Class, Cloud, Config, Confirmation, Downloads, Message, NextStep, Ui, identity};
use switchboard_tests::context::{TestContext, landing};

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

    fn is_attended(&self) -> bool {
        false
    }

    async fn open(&self, _: &SignInStep<'_>) {}

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
            options: RunOptions {
                downloads: Downloads { folder: context.home.path().join("downloads"), ..Downloads::default() },
                allow: Vec::new(),
                confirmed: false,
            },
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

/// A person at a browser: approves the page that the application opens, and pastes the address on which it ended.
#[derive(Default)]
struct Person {
    says_yes: Mutex<bool>,
    questions: Mutex<Vec<Confirmation>>,
    plans: Mutex<Vec<AccessPlan>>,
    page: Mutex<Option<String>>,
}

#[async_trait]
impl Ui for Person {
    fn notify(&self, message: Message) {
        panic!("nothing to say: {message:?}");
    }

    fn is_attended(&self) -> bool {
        true
    }

    async fn confirm(&self, question: &Confirmation) -> Result<bool, AppError> {
        self.questions.lock().unwrap().push(question.clone());
        Ok(*self.says_yes.lock().unwrap())
    }

    fn show_access(&self, plan: &AccessPlan) {
        self.plans.lock().unwrap().push(plan.clone());
    }

    async fn open(&self, step: &SignInStep<'_>) {
        let SignInStep::PasteAddress { page, .. } = step else { panic!("{step:?}") };
        *self.page.lock().unwrap() = Some(page.to_string());
    }

    async fn read_line(&self) -> Result<Option<String>, AppError> {
        let page = self.page.lock().unwrap().take();
        Ok(page.map(|page| landing(&page, "ada@emulator.test", "allow")))
    }
}

#[test]
fn another_surface_connects_diagnoses_and_disconnects() {
    let context = TestContext::new();
    let person = Arc::new(Person::default());
    let config = Config { home: Some(context.home.path().to_owned()), ..Config::default() };
    let app = App::new(config, person.clone()).unwrap();
    let request = || ConnectRequest {
        label: "work".into(),
        cloud: Cloud {
            profile: "emulator".into(),
            api_base: Some(context.emulator.api_base()),
            oauth_base: Some(context.emulator.oauth_base()),
        },
        credentials: Credentials::PackagedApp(SignInRequest { port: 7910, channel: SignInChannel::PastedAddress }),
        access: AccessRequest { activities: vec!["zoom.users.me".into()], ..AccessRequest::default() },
        expected_email: None,
        replace: false,
        original: None,
    };
    block_on(async {
        let connected = connect::connect(&app, request()).await.unwrap();
        assert_eq!(connected.identity.email.as_deref(), Some("ada@emulator.test"));
        assert!(connected.is_chosen && connected.lacking.is_empty(), "{connected:?}");
        let AskedScopes::OfActivities { scopes, .. } = &person.plans.lock().unwrap()[0].scopes.clone() else {
            panic!()
        };
        assert!(scopes.iter().any(|purpose| purpose.scope.contains("user")), "{scopes:?}");
        let taken = connect::connect(&app, request()).await.unwrap_err();
        assert_eq!(taken.code(), "label-taken");
        let steps: Vec<NextStep> = taken.report().fix.unwrap().steps().cloned().collect();
        assert_eq!(steps, [NextStep::Disconnect("work".into())]);
        let findings = doctor::diagnose(&app, None).await.unwrap();
        assert!(findings.iter().all(|finding| finding.health == Health::Good), "{findings:?}");
        assert!(findings.iter().any(|finding| finding.about == "work"), "{findings:?}");
        let refused = connection::disconnect(&app, "work", Consent::Ask).await.unwrap_err();
        assert_eq!(refused.code(), "not-confirmed");
        *person.says_yes.lock().unwrap() = true;
        let ended = connection::disconnect(&app, "work", Consent::Ask).await.unwrap();
        assert!(matches!(ended.revocation, RevocationResult::Revoked), "{ended:?}");
        let Confirmation::Disconnection(question) = &person.questions.lock().unwrap()[0].clone() else { panic!() };
        assert_eq!((question.label.as_str(), question.owner.as_str()), ("work", "ada@emulator.test"));
        let findings = doctor::diagnose(&app, None).await.unwrap();
        let last = findings.last().unwrap();
        assert_eq!((last.about.as_str(), &last.fix), ("connections", &Some(NextStep::ConnectFirst.into())));
        app.close().await;
    });
}

/// A connector has its own runtime with its own limits: one for each application, not for each request.
#[test]
fn connector_is_loaded_once() {
    let context = TestContext::new();
    let (app, _) = surface(&context, true);
    block_on(async {
        let (first, second) = (app.connector().await.unwrap(), app.connector().await.unwrap());
        assert!(std::ptr::eq(first.manifest(), second.manifest()));
    });
}

/// What the application records has the time of the clock that it was given.
#[test]
fn clock_of_the_application_is_used() {
    const NOW: i64 = 1_000_000_000_000;
    let context = TestContext::new();
    let (_, script) = surface(&context, true);
    let home = Some(context.home.path().to_owned());
    let app = App::new(Config { home, clock: Some(Arc::new(|| NOW)), ..Config::default() }, script).unwrap();
    let request = RunRequest {
        source: json!({"automation": "1", "id": "sum", "outputs": {"two": "${{ 1 + 1 }}"}, "steps": [
            {"id": "one", "set": {"x": 1}}]})
        .to_string(),
        name: "sum.json".into(),
        limits: Default::default(),
        inputs: json!({}),
        connections: Vec::new(),
        options: RunOptions { downloads: Downloads::default(), allow: Vec::new(), confirmed: false },
    };
    block_on(async {
        runs::run(&app, request, std::future::pending()).await.unwrap();
        let run = records::list(&app, 1).await.unwrap().remove(0);
        assert_eq!((run.started_at, run.ended_at), (NOW, Some(NOW)));
        assert_eq!(app.now().as_millisecond(), NOW);
    });
}
