//! A person's session of the test's own: a message bus, and a Secret Service that nobody else uses.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use switchboard_tests::context::TestContext;

const PATIENCE: Duration = Duration::from_secs(20);
/// Without services that the bus would start by itself: what is not started here is absent.
const BUS: &str = "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
    \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\"><busconfig><type>session</type>\
    <listen>unix:path=SOCKET</listen><auth>EXTERNAL</auth><policy context=\"default\"><allow send_destination=\"*\" \
    eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>";

/// Ends with all that it started.
pub struct Session {
    home: PathBuf,
    bus: Child,
    service: Option<Child>,
}

impl Session {
    /// A bus alone, in the context's own folders.
    pub fn new(context: &TestContext) -> Session {
        let home = context.home.path().to_owned();
        std::fs::create_dir(home.join("run")).unwrap();
        let config = home.join("run/bus.xml");
        std::fs::write(&config, BUS.replace("SOCKET", &home.join("run/bus").display().to_string())).unwrap();
        let mut bus = command(&home, "dbus-daemon")
            .args(["--nofork", "--print-address=1", "--config-file"])
            .arg(config)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon starts");
        let mut line = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("unix:path="), "the bus says where it is: {line}");
        Session { home, bus, service: None }
    }

    /// The same with GNOME's keyring on it, opened.
    pub fn unlocked(context: &TestContext) -> Session {
        let mut session = Session::new(context);
        session.start();
        session
    }

    /// The keyring begins, or begins again, and is opened with its password.
    pub fn start(&mut self) {
        let mut service = command(&self.home, "gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets", "--control-directory"])
            .arg(self.home.join("run/control"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon starts");
        service.stdin.take().unwrap().write_all(b"the password of this keyring").unwrap();
        self.service = Some(service);
        self.wait(|session| session.asks(&["Get", "Locked"]).is_some_and(|said| said.contains("boolean false")));
    }

    /// The keyring is not there any more.
    pub fn end_service(&mut self) {
        if let Some(mut service) = self.service.take() {
            service.kill().unwrap();
            service.wait().unwrap();
        }
    }

    /// As by the person's own program for keyrings.
    pub fn lock(&self) {
        self.service_call("/org/freedesktop/secrets", "Service.Lock", &[&format!("array:objpath:{LOGIN}")]).unwrap();
        self.wait(|session| session.asks(&["Get", "Locked"]).is_some_and(|said| said.contains("boolean true")));
    }

    /// Every secret that is kept for the command, read by a program that shares nothing with it: name and secret.
    pub fn kept(&self) -> Vec<(String, String)> {
        let output = command(&self.home, "secret-tool").args(["search", "--all", "service", "switchboard"]).output();
        let output = output.expect("secret-tool starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let all = |field: &str| -> Vec<String> {
            said.lines().filter_map(|line| line.strip_prefix(field)).map(|text| text.trim().to_owned()).collect()
        };
        let (names, secrets) = (all("attribute.username = "), all("secret = "));
        assert_eq!(names.len(), secrets.len(), "{said}");
        names.into_iter().zip(secrets).collect()
    }

    /// What a command of the context needs to be in this session.
    pub fn join<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        envs(&self.home, command)
    }

    fn asks(&self, [method, property]: &[&str; 2]) -> Option<String> {
        let arguments = ["string:org.freedesktop.Secret.Collection", &format!("string:{property}")];
        self.call(LOGIN, &format!("org.freedesktop.DBus.Properties.{method}"), &arguments)
    }

    fn service_call(&self, path: &str, method: &str, arguments: &[&str]) -> Option<String> {
        self.call(path, &format!("org.freedesktop.Secret.{method}"), arguments)
    }

    fn call(&self, path: &str, method: &str, arguments: &[&str]) -> Option<String> {
        let output = command(&self.home, "dbus-send")
            .args([
                "--session",
                "--print-reply",
                "--reply-timeout=5000",
                "--dest=org.freedesktop.secrets",
                path,
                method,
            ])
            .args(arguments)
            .output()
            .expect("dbus-send starts");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn wait(&self, until: impl Fn(&Session) -> bool) {
        let give_up = Instant::now() + PATIENCE;
        while !until(self) {
            assert!(Instant::now() < give_up, "the keyring does not get there");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

const LOGIN: &str = "/org/freedesktop/secrets/collection/login";

impl Drop for Session {
    fn drop(&mut self) {
        for child in self.service.iter_mut().chain([&mut self.bus]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn command(home: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    envs(home, &mut command);
    command
}

fn envs<'a>(home: &Path, command: &'a mut Command) -> &'a mut Command {
    let bus = format!("unix:path={}", home.join("run/bus").display());
    command
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home.join("run"))
        .env("DBUS_SESSION_BUS_ADDRESS", bus)
        .env_remove("XDG_DATA_HOME")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
}
