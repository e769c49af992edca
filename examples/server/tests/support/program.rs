//! The program, as a person starts it.

use postback_server::args::API_TOKEN;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::Duration,
};
use tokio::time::{sleep, timeout};

/// The program; what it finds in its environment is said by the test alone.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postback-server"));
    command.env_remove(API_TOKEN).env_remove("RUST_LOG");
    command
}

/// The program, serving. It is killed whatever becomes of the test.
pub struct Program {
    process: Child,
    address: SocketAddr,
    log: Arc<Mutex<String>>,
    reading: Option<JoinHandle<()>>,
}

impl Program {
    /// Starts it and waits until it serves.
    pub fn start(command: &mut Command) -> Self {
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let mut log = String::new();
        let address = lines.by_ref().find_map(|line| {
            log.extend([&line, "\n"]);
            // What it says before it logs is no JSON.
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            (entry["fields"]["message"] == "serving")
                .then(|| entry["fields"]["address"].as_str().unwrap().parse().unwrap())
        });
        let Some(address) = address else {
            panic!("it does not start:\n{log}")
        };
        // It is read on and on: a full pipe would stop the program.
        let log = Arc::new(Mutex::new(log));
        let all = log.clone();
        let reading = thread::spawn(move || lines.for_each(|line| all.lock().unwrap().extend([&line, "\n"])));
        Self {
            process,
            address,
            log,
            reading: Some(reading),
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn runs(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// What a dry run says that it would send, each request as method, URL and body.
    pub fn dry_requests(&self) -> Vec<String> {
        let log = self.log.lock().unwrap();
        let entries = log
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap_or_default());
        let shown = entries.filter(|entry| entry["fields"]["message"] == "dry run: not sent");
        let line = |entry: Value| {
            let field = |name: &str| entry["fields"][name].as_str().unwrap_or_default().to_owned();
            let line = format!("{} {} {}", field("method"), field("url"), field("body"));
            line.trim_end().to_owned()
        };
        shown.map(line).collect()
    }

    /// Waits until it has logged a text.
    pub async fn logged(&self, text: &str, patience: Duration) {
        let logged = async {
            while !self.log.lock().unwrap().contains(text) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(patience, logged).await.expect("it is logged");
    }

    /// Sends it a signal, as in `TERM`.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let process = self.process.id().to_string();
        let mut kill = Command::new("kill");
        assert!(kill.args([format!("-{name}"), process]).status().unwrap().success());
    }

    /// Asks it to stop, by SIGTERM; how it ended, and all that it logged.
    #[cfg(unix)]
    pub fn stop(mut self) -> (ExitStatus, String) {
        self.signal("TERM");
        let status = self.process.wait().unwrap();
        self.reading.take().unwrap().join().unwrap();
        (status, self.log.lock().unwrap().clone())
    }
}

impl Drop for Program {
    /// SIGKILL: it closes nothing.
    fn drop(&mut self) {
        // There is nothing to kill when it ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
