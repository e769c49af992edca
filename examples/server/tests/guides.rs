//! The guides do what they say: each command of a page is run against the real program, in order,
//! and must print what the page prints.
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
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects)]

mod support;

use bytes::Bytes;
use http::{Method, Request};
use postback_test::clickbank::posted;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path, process::Command, time::Duration};
use support::{
    clickbank::Pasted,
    client::Connection,
    console::{Curl, Step, steps},
    page,
    program::{self, Program},
    receiver::Receiver,
};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

/// A traffic channel on this machine, which is played by a receiver.
const CHANNEL: &str = "http://127.0.0.1:9100";
/// Longer than a decision takes to be shown, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long nothing may be shown where the page shows nothing.
const GRACE: Duration = Duration::from_millis(400);
/// Where the pages' server listens.
const SERVER: &str = "http://127.0.0.1:8080";
/// The click id, as the pages write it.
const CLICK: &str = "CLICK";

/// Plays a page and says which languages its blocks have.
async fn play(name: &str) -> Vec<String> {
    let path = format!("{}/../../docs/guides/{name}.md", env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(path).unwrap();
    let mut guide = Guide::new().await;
    let mut languages = BTreeSet::new();
    for block in page::blocks(&page) {
        guide
            .play(&block)
            .await
            .unwrap_or_else(|problem| panic!("{name}, line {}: {problem}", block.line));
        languages.extend(block.language.split(' ').next().map(str::to_owned));
    }
    guide.end().await;
    languages.into_iter().collect()
}

#[tokio::test]
async fn the_first_guide_does_what_it_says() {
    assert_eq!(play("start").await, ["console", "dry-run", "json", "toml"]);
}

#[tokio::test]
async fn the_guide_to_richpush_does_what_it_says() {
    assert_eq!(play("richpush").await, ["console", "dry-run", "json", "toml"]);
}

#[tokio::test]
async fn the_guide_to_conditional_postbacks_does_what_it_says() {
    assert_eq!(
        play("conditional-postback").await,
        ["console", "dry-run", "json", "toml"]
    );
}

#[tokio::test]
async fn the_guide_to_any_network_does_what_it_says() {
    assert_eq!(
        play("networks").await,
        ["console", "dry-run", "fired", "json", "pasted", "toml"]
    );
}

#[tokio::test]
async fn the_guide_to_moving_does_what_it_says() {
    assert_eq!(play("moving").await, ["console", "csv", "dry-run", "json", "toml"]);
}

#[tokio::test]
async fn the_guide_to_clickbanks_postbacks_does_what_it_says() {
    assert_eq!(
        play("clickbank-s2s").await,
        ["console", "dry-run", "fired", "json", "pasted", "toml"]
    );
}

#[tokio::test]
async fn the_guide_to_clickbanks_notifications_does_what_it_says() {
    assert_eq!(
        play("clickbank-ins").await,
        ["console", "dry-run", "fired", "json", "notification", "pasted", "toml"]
    );
}

#[tokio::test]
async fn the_guide_to_an_affiliates_notifications_does_what_it_says() {
    assert_eq!(
        play("clickbank-ins-affiliate").await,
        ["console", "dry-run", "fired", "json", "notification", "pasted", "toml"]
    );
}

#[tokio::test]
async fn the_guide_to_troubleshooting_does_what_it_says() {
    assert_eq!(
        play("troubleshooting").await,
        ["console", "fired", "json", "pasted", "received", "toml"]
    );
}

/// A page that is being played.
struct Guide {
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
    async fn new() -> Self {
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

    async fn play(&mut self, block: &page::Block) -> Result<(), String> {
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

    async fn show(&mut self, shown: &Value) -> Result<(), String> {
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

    async fn end(mut self) {
        self.settled().await;
        let mut server = self.server.expect("the page starts a server");
        assert!(server.runs(), "the server ended by itself");
    }
}

/// Whether every postback of the file goes to this machine.
fn tells_this_machine_alone(configuration: &str) -> bool {
    let mut table = "";
    let mut urls = Vec::new();
    for line in configuration.lines() {
        if line.starts_with('[') {
            table = line;
        }
        let is_postback = ["[traffic_channel.postback]", "[[campaign.postback]]"].contains(&table);
        urls.extend(line.strip_prefix("url = \"").filter(|_| is_postback));
    }
    !urls.is_empty() && urls.iter().all(|url| url.starts_with("http://127.0.0.1:"))
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

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn same(page: &str, real: &str) -> Result<(), String> {
    if page == real {
        return Ok(());
    }
    Err(format!("the page says\n{page}\nand it really is\n{real}"))
}

/// As [`same`]; `..` on the page stands for anything.
fn alike(page: &str, real: &str) -> Result<(), String> {
    match page.split_once("..") {
        Some((begin, end)) if real.starts_with(begin) && real.ends_with(end) => Ok(()),
        _ => same(page, real),
    }
}

/// Whether what is shown is a part of the answer: keys may be left out, elements of lists may not.
fn part(place: &str, shown: &Value, answer: &Value) -> Result<(), String> {
    match (shown, answer) {
        (Value::Object(shown), Value::Object(answer)) => shown.iter().try_for_each(|(key, shown)| {
            let place = format!("{place}.{key}");
            part(
                &place,
                shown,
                answer.get(key).ok_or_else(|| format!("{place} is not there"))?,
            )
        }),
        (Value::Array(shown), Value::Array(answer)) if shown.len() == answer.len() => {
            let mut pairs = shown.iter().zip(answer).enumerate();
            pairs.try_for_each(|(index, (shown, answer))| part(&format!("{place}[{index}]"), shown, answer))
        }
        _ if shown == answer => Ok(()),
        _ => Err(format!("{place} is {answer}, not {shown}")),
    }
}

async fn refused(language: &str, text: &str) -> String {
    let (language, text) = (language.to_owned(), text.to_owned());
    let line = 1;
    let block = page::Block { language, text, line };
    Guide::new().await.play(&block).await.unwrap_err()
}

#[tokio::test]
async fn a_block_that_is_not_understood_is_refused() {
    assert_eq!(refused("sh", "").await, "`sh` is no language of a guide's blocks");
    assert_eq!(refused("", "").await, "`` is no language of a guide's blocks");
    assert_eq!(refused("json", "{}").await, "the page shows a part of no answer");
}

#[tokio::test]
async fn a_command_that_is_not_understood_is_refused() {
    for (text, problem) in [
        ("$ rm x\n", "`rm` is no program of a guide"),
        ("applied\n", "`applied` is printed by no command"),
        ("$ curl -s \\\n", "`curl -s \\` does not end"),
        ("$ A=1\n", "`A=1` names no program"),
        ("$ curl 'x\n", "`curl 'x` leaves a quote open"),
        (
            "$ curl http://x?a=1&b=2\n",
            "`curl http://x?a=1&b=2` holds an unquoted `?`",
        ),
        ("$ curl -d x\n", "`-d` is no flag of curl that is known here"),
        ("$ curl -X PUT x\n", "`-X` is followed by POST"),
        ("$ curl -s -H\n", "`-H` has no header"),
        ("$ curl --data-binary\n", "`--data-binary` has no data"),
        ("$ curl -s\n", "curl has no URL"),
        ("$ curl x y\n", "`y` is a second URL"),
        ("$ curl x\nOK\n", "no server was started"),
        (
            "$ postback-server --config tracker.toml --database sqlite:a.db\n",
            "a guide's server sends nothing: start it with `--dry-run`",
        ),
    ] {
        assert_eq!(refused("console", text).await, problem, "{text}");
    }
}

/// The commands of all guides, of blocks in whatever language: those that a `$` stands before, and
/// whole blocks for a shell.
fn commands_of_all_guides() -> Vec<(String, String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides");
    let mut commands = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut configuration = String::new();
        for block in page::blocks(&fs::read_to_string(&path).unwrap()) {
            if block.language == "toml" {
                configuration.push_str(&block.text);
            }
            let is_shell = ["sh", "bash", "shell"].contains(&block.language.as_str());
            let text = block.text.replace("\\\n", "");
            let lines = text.lines().filter_map(|line| match line.strip_prefix("$ ") {
                Some(command) => Some(command),
                None => is_shell.then_some(line),
            });
            commands.extend(lines.map(|line| (name.clone(), configuration.clone(), line.to_owned())));
        }
    }
    commands
}

/// Whether a command calls a host that is not this machine.
fn calls_elsewhere(configuration: &str, command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    let Some(program) = words.iter().position(|word| !word.contains('=')) else {
        return false;
    };
    let is_local = |word: &str| {
        let url = word.trim_matches('\'');
        let rest = url.strip_prefix("http://").unwrap_or_default();
        ["127.0.0.1", "localhost"].iter().any(|host| {
            let behind = rest.strip_prefix(host);
            behind.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?']))
        })
    };
    let is_url = |word: &str| word.trim_matches('\'').starts_with("http");
    match words[program] {
        "curl" | "wget" => words.iter().any(|word| is_url(word) && !is_local(word)),
        // Without that word it calls this machine alone.
        "inspect" | "postback-inspect" => words.contains(&"--really"),
        "postback-server" if words.contains(&"check") || words.contains(&"--dry-run") => false,
        "postback-server" => !tells_this_machine_alone(configuration),
        _ => false,
    }
}

#[test]
fn no_command_of_a_guide_calls_another_host() {
    let commands = commands_of_all_guides();
    assert!(commands.len() > 60, "the commands are found: {}", commands.len());
    for (page, configuration, command) in commands {
        assert!(!calls_elsewhere(&configuration, &command), "{page}: {command}");
    }
    for command in [
        "curl -s https://us.ahows.co/log?key=1",
        "curl -s 'http://127.0.0.1.example.com/'",
        "A=1 postback-server --config tracker.toml --database sqlite:a.db",
        "A=1 inspect simulate ins --secret env:A --really --to 'http://trk.example.com/ins/clickbank'",
    ] {
        let live = "[traffic_channel.postback]\nurl = \"https://us.ahows.co/log\"\n";
        assert!(calls_elsewhere(live, command), "{command}");
    }
}

#[test]
fn a_part_of_an_answer_is_compared_key_by_key() {
    let answer = serde_json::json!({"a": [{"b": 1, "c": 2}, {"b": 3}]});
    let part = |shown: &str| part("", &serde_json::from_str(shown).unwrap(), &answer);
    assert_eq!(part(r#"{"a": [{"b": 1}, {}]}"#), Ok(()));
    assert_eq!(
        part(r#"{"a": [{"b": 1}, {"b": 4}]}"#),
        Err(".a[1].b is 3, not 4".into())
    );
    assert_eq!(part(r#"{"d": 1}"#), Err(".d is not there".into()));
    assert_eq!(
        part(r#"{"a": [{"b": 1}]}"#),
        Err(r#".a is [{"b":1,"c":2},{"b":3}], not [{"b":1}]"#.into())
    );
}
