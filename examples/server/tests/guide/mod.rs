//! A page that is played.
//!
//! A page is made of these blocks. Anything else is refused, so that no block can stand there
//! unchecked.
//!
//! - `toml`: the next part of `tracker.toml`. A command sees the file as far as the page has come.
//! - `console`: `postback-server check ..`, `postback-server ..` (which stays running) and
//!   `curl ..`, each with what it prints; `..` in an answer stands for anything. `CLICK` is the
//!   click id of the last answer that has one.
//!   `inspect ..` is run by the tests of `postback-inspect`, which play the same pages.
//! - `csv`: the file `conversions.csv`, for `--data-binary @conversions.csv`.
//! - `pasted`: URLs that are pasted into a network, each as `NAME: URL`. They must be those that
//!   the configuration asks for.
//! - `fired`: the network calls one of them, `NAME: MACRO=VALUE ..`, and is answered with the next
//!   line, which begins with the status where it is not 200. Macros without a value are sent empty;
//!   of a URL without macros the values are appended.
//! - `notification`: ClickBank posts this, encrypted, to the URL that was pasted as the name behind
//!   the language, and is answered with the last line.
//! - `dry-run`: what the server says that it would send, since the last such block, sorted. Where
//!   none follows a command, there is nothing. A guide's server is a dry run, so that nobody who
//!   follows a page literally sends anything to the internet.
//! - `received`: what a channel on this machine got since the last such block, sorted: of a page
//!   whose postbacks all go to this machine, so that its server may send.
//! - `json`: a part of the last answer, which the page does not print whole: the keys that are
//!   shown, lists with all their elements.

mod compare;
pub(crate) mod elsewhere;

use crate::support::{
    clickbank::Pasted,
    client::Connection,
    console::{Curl, Step, steps},
    page,
    program::{self, Program},
    receiver::Receiver,
};
use bytes::Bytes;
use compare::{alike, json, part, same};
use elsewhere::tells_this_machine_alone;
use http::{Method, Request};
use postback_test::clickbank::posted;
use std::{fs, path::Path, process::Command, time::Duration};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

/// A traffic channel on this machine, which is played by a receiver.
const CHANNEL: &str = "http://127.0.0.1:9100";
/// Longer than a decision takes to be shown, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long nothing may be shown where the page shows nothing.
const GRACE: Duration = Duration::from_millis(400);
/// Where the pages' server listens.
const SERVER: &str = "http://127.0.0.1:8080";
/// The click id, as the pages write it.
const CLICK: &str = "CLICK";

/// A page that is being played.
pub(crate) struct Guide {
    folder: TempDir,
    configuration: String,
    receiver: Receiver,
    server: Option<Program>,
    /// How many requests the page has shown of those that the server would send.
    requests: usize,
    pasted: Pasted,
    /// The secret of the notifications.
    secret: Option<String>,
    click: Option<String>,
    /// The last question whose answer the page has not shown yet.
    unshown: Option<Curl>,
}

impl Guide {
    pub(crate) async fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            configuration: String::new(),
            receiver: Receiver::start().await,
            server: None,
            requests: 0,
            pasted: Pasted::default(),
            secret: None,
            click: None,
            unshown: None,
        }
    }

    pub(crate) async fn play(&mut self, block: &page::Block) -> Result<(), String> {
        match block.language.as_str() {
            "toml" => self.configure(&block.text),
            "csv" => fs::write(self.folder.path().join("conversions.csv"), &block.text).unwrap(),
            "console" => {
                for step in steps(&block.text)? {
                    self.run(&step).await?;
                }
            }
            "received" => {
                let lines: Vec<&str> = block.text.lines().collect();
                same(&lines.join("\n"), &self.receiver.exactly(lines.len()).await.join("\n"))?;
            }
            "dry-run" => {
                let lines: Vec<&str> = block.text.lines().collect();
                same(&lines.join("\n"), &self.exactly(lines.len()).await.join("\n"))?;
            }
            "pasted" => {
                for line in block.text.lines() {
                    self.pasted.keep(line)?;
                }
            }
            "fired" => self.fire(&block.text).await?,
            "json" => self.show(&json(&block.text)?).await?,
            other if other.starts_with("notification ") => {
                let name = other.trim_start_matches("notification ");
                self.notify(name, &block.text).await?;
            }
            other => return Err(format!("`{other}` is no language of a guide's blocks")),
        }
        Ok(())
    }

    /// Appends to the file, also to that of a server that runs and may be told to read it again.
    fn configure(&mut self, part: &str) {
        self.configuration.push_str(part);
        self.write();
    }

    /// The file exactly as it stands on the page, but for the port of a channel on this machine.
    fn write(&self) {
        let text = self.configuration.replace(CHANNEL, &self.receiver.url());
        fs::write(self.folder.path().join("tracker.toml"), text).unwrap();
    }

    /// What the server would send since the last time, sorted: deliveries have no order. Fewer or
    /// more than `count` are a failure.
    async fn exactly(&mut self, count: usize) -> Vec<String> {
        let Some(server) = &self.server else {
            assert_eq!(count, 0, "no server was started");
            return Vec::new();
        };
        let all = async {
            while server.dry_requests().len() < self.requests + count {
                sleep(Duration::from_millis(5)).await;
            }
        };
        // Those that are missing fail below.
        drop(timeout(PATIENCE, all).await);
        sleep(GRACE).await;
        let mut requests = server.dry_requests().split_off(self.requests);
        assert_eq!(requests.len(), count, "{requests:?}");
        self.requests += count;
        requests.sort();
        requests
    }

    async fn run(&mut self, step: &Step) -> Result<(), String> {
        self.settled().await;
        let checks = step.arguments.first().is_some_and(|argument| argument == "check");
        match step.program.as_str() {
            "postback-server" if checks => self.check(step),
            "postback-server" => self.serve(step),
            "curl" => self.ask(step).await,
            "inspect" => Ok(()),
            other => Err(format!("`{other}` is no program of a guide")),
        }
    }

    fn check(&self, step: &Step) -> Result<(), String> {
        self.write();
        let output = command(step, self.folder.path()).output().unwrap();
        let (printed, complaints) = (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        );
        assert!(output.status.success() && complaints.is_empty(), "{complaints}");
        same(&step.output, &printed)
    }

    fn serve(&mut self, step: &Step) -> Result<(), String> {
        same(&step.output, "")?;
        let is_dry = step.arguments.iter().any(|argument| argument == "--dry-run");
        if !is_dry && !tells_this_machine_alone(&self.configuration) {
            return Err("a guide's server sends nothing: start it with `--dry-run`".into());
        }
        self.pasted.check(&self.configuration)?;
        self.write();
        let secret = step.environment.iter().find(|(name, _)| name == "CLICKBANK_SECRET");
        self.secret = secret.map(|(_, value)| value.clone());
        let mut command = command(step, self.folder.path());
        command.args(["--listen", "127.0.0.1:0"]);
        assert!(
            self.server.replace(Program::start(&mut command)).is_none(),
            "the page starts two servers"
        );
        Ok(())
    }

    /// A network fires events by the URLs that were pasted for them.
    async fn fire(&mut self, text: &str) -> Result<(), String> {
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            self.settled().await;
            let answer = lines
                .next()
                .ok_or_else(|| format!("`{line}` is answered with nothing"))?;
            let (name, values) = line
                .split_once(':')
                .ok_or_else(|| format!("`{line}` is not `NAME: MACRO=VALUE ..`"))?;
            let target = self.with_click(self.pasted.filled(name, values)?)?;
            let (status, body) = self.exchange(Request::get(&target).body(Bytes::new()).unwrap()).await?;
            let answered = match status {
                200 => body,
                _ => format!("{status} {body}"),
            };
            alike(answer, &self.without_click(&answered))?;
        }
        Ok(())
    }

    /// ClickBank posts a notification.
    async fn notify(&mut self, name: &str, text: &str) -> Result<(), String> {
        self.settled().await;
        let (notification, answer) = text
            .trim_end()
            .rsplit_once('\n')
            .ok_or("a notification is answered with nothing")?;
        let notification = self.with_click(notification.to_owned())?;
        let secret = self.secret.as_deref().ok_or("no server with a secret was started")?;
        let body = posted(secret, &notification);
        let request = Request::post(self.pasted.target(name)?)
            .body(Bytes::from(body))
            .unwrap();
        let answered = self.send(request).await?;
        same(answer, &self.without_click(&answered))
    }

    async fn ask(&mut self, step: &Step) -> Result<(), String> {
        let question = Curl::parse(&step.arguments)?;
        if step.output.is_empty() {
            self.unshown = Some(question);
            return Ok(());
        }
        let answer = self.answer(&question).await?;
        // Each click that is shown is the one that the page speaks of from there on.
        let shown = json(&answer)
            .ok()
            .and_then(|answer| Some(answer["clickid"].as_str()?.to_owned()));
        self.click = shown.or(self.click.take());
        alike(step.output.trim_end(), &self.without_click(&answer))
    }

    async fn show(&mut self, shown: &serde_json::Value) -> Result<(), String> {
        let question = self.unshown.take().ok_or("the page shows a part of no answer")?;
        let answer = json(&self.without_click(&self.answer(&question).await?))?;
        part("", shown, &answer).map_err(|problem| format!("{problem}, in\n{answer:#}"))
    }

    async fn answer(&self, question: &Curl) -> Result<String, String> {
        if self.server.is_none() {
            return Err("no server was started".into());
        }
        let target = question
            .url
            .strip_prefix(SERVER)
            .ok_or_else(|| format!("`{}` is elsewhere", question.url))?;
        let target = self.with_click(target.to_owned())?;
        let method = if question.post { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(&target);
        for header in &question.headers {
            let (name, value) = header
                .split_once(": ")
                .ok_or_else(|| format!("`{header}` is no header"))?;
            request = request.header(name, value);
        }
        let data = match question.data.as_deref().map(|data| (data, data.strip_prefix('@'))) {
            Some((_, Some(name))) => {
                fs::read_to_string(self.folder.path().join(name)).map_err(|error| error.to_string())?
            }
            Some((text, None)) => text.to_owned(),
            None => String::new(),
        };
        let body = Bytes::from(self.with_click(data)?);
        self.send(request.body(body).unwrap()).await
    }

    async fn send(&self, request: Request<Bytes>) -> Result<String, String> {
        let target = request.uri().to_string();
        let (status, body) = self.exchange(request).await?;
        assert_eq!(status, 200, "{target}: {body}");
        Ok(body)
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<(u16, String), String> {
        let server = self.server.as_ref().ok_or("no server was started")?;
        let mut connection = Connection::open(server.address()).await.unwrap();
        let answer = connection.send(request).await.unwrap();
        // What a page cannot print.
        let body = match answer.body.starts_with("GIF") {
            true => "an image".into(),
            false => answer.body,
        };
        Ok((answer.status, body))
    }

    fn with_click(&self, text: String) -> Result<String, String> {
        if !text.contains(CLICK) {
            return Ok(text);
        }
        let click = self.click.as_ref().ok_or("no click id was answered yet")?;
        Ok(text.replace(CLICK, click))
    }

    fn without_click(&self, answer: &str) -> String {
        self.click
            .as_ref()
            .map_or_else(|| answer.to_owned(), |click| answer.replace(click, CLICK))
    }

    /// Everything that the page says has come, and every answer was shown.
    async fn settled(&mut self) {
        assert_eq!(self.unshown, None, "the page shows nothing of this answer");
        self.exactly(0).await;
        self.receiver.exactly(0).await;
    }

    pub(crate) async fn end(mut self) {
        self.settled().await;
        let mut server = self.server.expect("the page starts a server");
        assert!(server.runs(), "the server ended by itself");
    }
}

fn command(step: &Step, folder: &Path) -> Command {
    let mut command = program::command();
    command
        .env_remove("NETWORK_TOKEN")
        .envs(step.environment.iter().cloned())
        .args(&step.arguments)
        .current_dir(folder);
    command
}
