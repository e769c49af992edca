//! Servers as processes of their own.

use crate::SERVER;
use crate::receiver::Receiver;
use crate::trouble::Point;
use std::{
    env, fs,
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

pub(crate) const NAMESPACE: &str = "test";
pub(crate) const API_TOKEN: &str = "a-token-of-the-api";
pub(crate) const TOKEN: &str = "a-token-of-the-networks";
pub(crate) const INS_SECRET: &str = "TESTSECRET123456";
pub(crate) const CONFIGURATION: &str = "tracker.toml";
pub(crate) const DATABASE: &str = "crash.db";
/// What a server says when a call of its store hangs.
pub(crate) const AT_THE_POINT: &str = "at the point";
/// How long a server may take to start, on a busy machine too.
const STARTS: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Writes the configuration of a folder, with the receiver's address.
pub(crate) fn configure(folder: &Path, receiver: &Receiver) {
    let text = include_str!("tracker.toml").replace("@RECEIVER@", &receiver.address().to_string());
    fs::write(folder.join(CONFIGURATION), text).unwrap();
}

/// The journal of a folder.
pub(crate) fn journal(folder: &Path) -> PathBuf {
    folder.join(format!("{DATABASE}.journal"))
}

/// The rig itself as another program, with the secrets in its environment.
fn this(folder: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.current_dir(folder);
    with_secrets(&mut command);
    command
}

pub(crate) fn with_secrets(command: &mut Command) {
    command
        .env(postback_server::args::API_TOKEN, API_TOKEN)
        .env("CRASH_CLICK_KEY", "a-key-for-the-click-ids")
        .env("CRASH_TOKEN", TOKEN)
        .env("CRASH_INS_SECRET", INS_SECRET)
        .env("RUST_LOG", "warn,postback_server::serve=info,postback_service=info");
}

/// The flags of a server as people start it.
pub(crate) fn flags() -> Vec<String> {
    let database = format!("sqlite:{DATABASE}");
    let flags = ["--config", CONFIGURATION, "--database", &database];
    let more = ["--namespace", NAMESPACE, "--listen", "127.0.0.1:0"];
    let allowed = ["--allow-destination", "127.0.0.1"];
    [SERVER]
        .iter()
        .chain(&flags)
        .chain(&more)
        .chain(&allowed)
        .map(|flag| (*flag).to_owned())
        .collect()
}

/// A server as people start it.
pub(crate) fn plain(folder: &Path) -> Command {
    let mut command = this(folder);
    command.args(flags());
    command
}

/// The same, none of whose files can be longer than so many KiB. A write beyond it fails.
pub(crate) fn bounded(folder: &Path, most: u64) -> Command {
    let mut command = Command::new("sh");
    command.current_dir(folder);
    with_secrets(&mut command);
    // A file's limit is told in blocks of 512 bytes. The signal must not end the process.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", most * 2);
    command
        .args(["-c", &script])
        .arg(env::current_exe().unwrap())
        .args(flags());
    command
}

/// A server whose clock is wrong by so many seconds.
pub(crate) fn ahead(folder: &Path, seconds: i64) -> Command {
    let mut command = this(folder);
    command.args(["serve", "."]).arg(format!("--ahead={seconds}"));
    command
}

/// A server whose clock jumps after so many milliseconds.
pub(crate) fn jumping(folder: &Path, seconds: i64, after: u64) -> Command {
    let mut command = this(folder);
    command.args(["serve", "."]).arg(format!("--jump={seconds}"));
    command.arg(format!("--jump-after={after}"));
    command
}

/// A library that lies about the time to a whole process (Debian's `libfaketime`).
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
/// The file that says by how much.
const FAKED: &str = "faketime";

/// A server as people start it, whose system's clock jumps at [`jump`]; none without the library.
pub(crate) fn faked(folder: &Path) -> Option<Command> {
    if !Path::new(FAKETIME).exists() {
        return None;
    }
    fs::write(folder.join(FAKED), "+0\n").unwrap();
    let mut command = plain(folder);
    command
        .env("LD_PRELOAD", FAKETIME)
        .env("FAKETIME_TIMESTAMP_FILE", folder.join(FAKED))
        // What measures how long a thing takes goes on, as with a real clock that is set.
        .env("DONT_FAKE_MONOTONIC", "1")
        .env("FAKETIME_NO_CACHE", "1");
    Some(command)
}

/// Lets the clock of a server of [`faked`] jump by so many seconds.
pub(crate) fn jump(folder: &Path, seconds: i64) {
    fs::write(folder.join(FAKED), format!("{seconds:+}\n")).unwrap();
}

/// A server whose store hangs at a point.
pub(crate) fn hanging(folder: &Path, point: Point, nth: u64) -> Command {
    use clap::ValueEnum;
    let mut command = this(folder);
    let name = point.to_possible_value().unwrap();
    command
        .args(["serve", ".", "--point", name.get_name()])
        .arg(format!("--nth={nth}"));
    command
}

/// A running server. It is killed when it is dropped.
pub(crate) struct Running {
    process: Child,
    log: PathBuf,
}

impl Running {
    /// Starts a server, and does not wait until it serves. What it logs goes to a file.
    pub(crate) fn spawn(command: &mut Command, log: PathBuf) -> Self {
        let file = File::create(&log).unwrap();
        let process = command.stderr(file).spawn().unwrap();
        Self { process, log }
    }

    /// Starts a server, and waits until it serves.
    pub(crate) fn start(command: &mut Command, log: PathBuf) -> Result<(Self, SocketAddr), String> {
        let mut server = Self::spawn(command, log);
        match server.address() {
            Some(address) => Ok((server, address)),
            None => Err(format!("the server does not start: {}", server.logged())),
        }
    }

    /// The address on which it serves, when it does; none if it has ended.
    pub(crate) fn address(&mut self) -> Option<SocketAddr> {
        let until = Instant::now() + STARTS;
        while Instant::now() < until {
            let ended = !self.runs();
            if let Some(address) = self.logged().lines().find_map(serving) {
                return Some(address);
            }
            if ended {
                return None;
            }
            thread::sleep(LOOK_EVERY);
        }
        None
    }

    pub(crate) fn runs(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    pub(crate) fn logged(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Waits until it has logged a text, but no longer than so; answers whether it has.
    pub(crate) fn says(&self, text: &str, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        loop {
            if self.logged().contains(text) {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Tells it to stop, and waits. Answers whether it ended in order.
    pub(crate) fn stop(mut self) -> bool {
        let process = self.process.id().to_string();
        let told = Command::new("kill").args(["-TERM", &process]).status();
        told.is_ok_and(|told| told.success()) && self.process.wait().is_ok_and(|ended| ended.success())
    }
}

impl Drop for Running {
    /// SIGKILL: it closes nothing.
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The address in the line that says that it serves.
fn serving(line: &str) -> Option<SocketAddr> {
    let entry: serde_json::Value = serde_json::from_str(line).ok()?;
    let fields = &entry["fields"];
    (fields["message"] == "serving").then(|| fields["address"].as_str()?.parse().ok())?
}
