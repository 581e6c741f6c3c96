//! The server as a child process, ended with its test.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::client::{Client, Response};

pub struct Server {
    child: Child,
    pub first_line: String,
    pub address: SocketAddr,
}

/// The model that the repository holds.
pub fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/artifacts")
}

pub fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_policy-server"))
}

/// Runs to the end: for what does not serve.
pub fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

/// What an order that cannot be carried out says; it must exit with 2 and leave stdout empty.
pub fn refusal(arguments: &[&str]) -> String {
    let output = run(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(output.stdout, b"");
    message
}

/// A request of `size` observations with an answer that does not depend on chance.
pub fn batch(size: usize) -> Vec<u8> {
    let observation = r#"{"speed":25.5,"steering":0.1,"sensors":[0.8,0.2,0.5]}"#;
    let observations = vec![observation; size].join(",");
    format!(r#"{{"observations":[{observations}],"deterministic":true}}"#).into_bytes()
}

impl Server {
    /// With the model of the repository, on a free port.
    pub fn with_model(arguments: &[&str]) -> Self {
        let artifacts = fixture();
        let model = ["--artifacts", artifacts.to_str().unwrap()];
        Self::start(&[&model, arguments].concat())
    }

    /// On a free port.
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = command()
            .args(["--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first_line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut first_line)
            .unwrap();
        let address = first_line.trim_end().strip_prefix("listening on http://");
        let Some(address) = address else {
            let mut message = String::new();
            child
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut message)
                .unwrap();
            panic!("{first_line:?} is no address: {message}");
        };
        let address = address.parse().unwrap();
        Self {
            child,
            first_line,
            address,
        }
    }

    pub fn connect(&self) -> Client {
        Client::connect(self.address)
    }

    /// Returns once what was sent before has been read: a request that came later has been
    /// answered, and all threads of the server sleep.
    pub fn let_arrive(&self) {
        self.request("GET", "/healthz", b"");
        while !self.sleeps() {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn sleeps(&self) -> bool {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        tasks
            .map(|task| fs::read_to_string(task.unwrap().path().join("stat")).unwrap())
            .all(|stat| stat.rsplit(") ").next().unwrap().starts_with('S'))
    }

    /// One request on a connection of its own.
    pub fn request(&self, method: &str, path: &str, body: &[u8]) -> Response {
        self.connect().exchange(method, path, body).unwrap()
    }

    pub fn predict(&self, body: &[u8]) -> Response {
        self.request("POST", "/predict", body)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// SIGTERM, and a clean end.
    pub fn terminate(mut self) {
        self.signal(Signal::TERM);
        assert_eq!(self.wait().code(), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has usually ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
