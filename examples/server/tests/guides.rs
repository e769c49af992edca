//! The guides do what they say: each command of a page is run against the real program, in order, and must print what the page prints.
//!
//! A page is made of these blocks. Anything else is refused, so that no block can stand there unchecked.
//!
//! - `toml`: the next part of `tracker.toml`. A command sees the file as far as the page has come.
//! - `console`: `postback-server check ..`, `postback-server ..` (which stays running) and `curl ..`, each with what it prints. `CLICK` is the
//!   click id of the first answer that has one.
//! - `received`: what the traffic channel got since the last such block, sorted. Where none follows a command, nothing came.
//! - `json`: a part of the last answer, which the page does not print whole: the keys that are shown, lists with all their elements.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod support {
    pub(crate) mod console;
    pub(crate) mod http;
    pub(crate) mod page;
    pub(crate) mod receiver;
}

use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};
use support::{
    console::{Curl, Step, steps},
    http, page,
    receiver::Receiver,
};
use tempfile::TempDir;

/// The traffic channel of the pages, which is played by a receiver on this machine.
const CHANNEL: &str = "https://us.ahows.co";
/// Where the pages' server listens.
const SERVER: &str = "http://127.0.0.1:8080";
/// The click id, as the pages write it.
const CLICK: &str = "CLICK";

#[test]
fn the_guide_to_conditional_postbacks_does_what_it_says() {
    let page = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/guides/conditional-postback.md"
    ))
    .unwrap();
    let mut guide = Guide::new();
    let mut languages = BTreeSet::new();
    for block in page::blocks(&page) {
        guide
            .play(&block)
            .unwrap_or_else(|problem| panic!("line {}: {problem}", block.line));
        languages.insert(block.language);
    }
    guide.end();
    assert_eq!(
        languages.into_iter().collect::<Vec<_>>(),
        ["console", "json", "received", "toml"]
    );
}

/// A page that is being played.
struct Guide {
    folder: TempDir,
    configuration: String,
    receiver: Receiver,
    server: Option<Server>,
    click: Option<String>,
    /// The last question whose answer the page has not shown yet.
    unshown: Option<Curl>,
}

impl Guide {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            configuration: String::new(),
            receiver: Receiver::start(),
            server: None,
            click: None,
            unshown: None,
        }
    }

    fn play(&mut self, block: &page::Block) -> Result<(), String> {
        match block.language.as_str() {
            "toml" => self.configuration.push_str(&block.text),
            "console" => {
                for step in steps(&block.text)? {
                    self.run(&step)?;
                }
            }
            "received" => {
                let lines: Vec<&str> = block.text.lines().collect();
                same(&lines.join("\n"), &self.receiver.exactly(lines.len()).join("\n"))?;
            }
            "json" => self.show(&serde_json::from_str(&block.text).map_err(|error| error.to_string())?)?,
            other => return Err(format!("`{other}` is no language of a guide's blocks")),
        }
        Ok(())
    }

    fn run(&mut self, step: &Step) -> Result<(), String> {
        self.settled();
        let checks = step.arguments.first().is_some_and(|argument| argument == "check");
        match step.program.as_str() {
            "postback-server" if checks => self.check(step),
            "postback-server" => self.serve(step),
            "curl" => self.ask(step),
            other => Err(format!("`{other}` is no program of a guide")),
        }
    }

    /// Checks the file exactly as it stands on the page.
    fn check(&self, step: &Step) -> Result<(), String> {
        fs::write(self.folder.path().join("tracker.toml"), &self.configuration).unwrap();
        let output = program(step, self.folder.path()).output().unwrap();
        let (printed, complaints) = (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        );
        assert!(output.status.success() && complaints.is_empty(), "{complaints}");
        same(&step.output, &printed)
    }

    /// Serves the file with the receiver as its traffic channel.
    fn serve(&mut self, step: &Step) -> Result<(), String> {
        same(&step.output, "")?;
        let receiver = format!("http://{}", self.receiver.address());
        assert!(self.configuration.contains(CHANNEL));
        fs::write(
            self.folder.path().join("tracker.toml"),
            self.configuration.replace(CHANNEL, &receiver),
        )
        .unwrap();
        let mut command = program(step, self.folder.path());
        command.args(["--listen", "127.0.0.1:0", "--allow-destination", "127.0.0.1/32"]);
        assert!(
            self.server.replace(Server::start(command)).is_none(),
            "the page starts two servers"
        );
        Ok(())
    }

    fn ask(&mut self, step: &Step) -> Result<(), String> {
        let question = Curl::parse(&step.arguments)?;
        if step.output.is_empty() {
            self.unshown = Some(question);
            return Ok(());
        }
        let answer = self.answer(&question)?;
        if self.click.is_none() {
            let answer: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
            self.click = answer["clickid"].as_str().map(str::to_owned);
        }
        same(step.output.trim_end(), &self.without_click(&answer))
    }

    fn show(&mut self, shown: &Value) -> Result<(), String> {
        let question = self.unshown.take().ok_or("the page shows a part of no answer")?;
        let answer = self.without_click(&self.answer(&question)?);
        let answer: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
        part("", shown, &answer).map_err(|problem| format!("{problem}, in\n{answer:#}"))
    }

    fn answer(&self, question: &Curl) -> Result<String, String> {
        let server = self.server.as_ref().ok_or("no server was started")?;
        let mut target = question
            .url
            .strip_prefix(SERVER)
            .ok_or_else(|| format!("`{}` is elsewhere", question.url))?
            .to_owned();
        if target.contains(CLICK) {
            target = target.replace(CLICK, self.click.as_ref().ok_or("no click id was answered yet")?);
        }
        Ok(http::get(server.address, &target, &question.headers))
    }

    fn without_click(&self, answer: &str) -> String {
        self.click
            .as_ref()
            .map_or_else(|| answer.to_owned(), |click| answer.replace(click, CLICK))
    }

    /// Everything that the page says has come, and every answer was shown.
    fn settled(&self) {
        assert_eq!(self.unshown, None, "the page shows nothing of this answer");
        self.receiver.exactly(0);
    }

    fn end(self) {
        self.settled();
        self.server.expect("the page starts a server").stop();
    }
}

fn program(step: &Step, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postback-server"));
    // Only the page says what the program finds in its environment.
    for name in ["NETWORK_TOKEN", "POSTBACK_API_TOKEN", "RUST_LOG"] {
        command.env_remove(name);
    }
    command
        .envs(step.environment.iter().cloned())
        .args(&step.arguments)
        .current_dir(folder);
    command
}

/// The program, serving.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(mut command: Command) -> Self {
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let mut before = String::new();
        let address = log.by_ref().find_map(|line| {
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            before.extend([&line, "\n"]);
            (entry["fields"]["message"] == "serving")
                .then(|| entry["fields"]["address"].as_str().unwrap().parse().unwrap())
        });
        let Some(address) = address else {
            panic!("it did not start:\n{before}")
        };
        // A full pipe would stop the server.
        thread::spawn(move || log.for_each(drop));
        Self { process, address }
    }

    fn stop(mut self) {
        assert_eq!(self.process.try_wait().unwrap(), None, "the server ended by itself");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn same(page: &str, real: &str) -> Result<(), String> {
    if page == real {
        return Ok(());
    }
    Err(format!("the page says\n{page}\nand it really is\n{real}"))
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

fn refused(language: &str, text: &str) -> String {
    let (language, text) = (language.to_owned(), text.to_owned());
    Guide::new()
        .play(&page::Block {
            language,
            text,
            line: 1,
        })
        .unwrap_err()
}

#[test]
fn a_block_that_is_not_understood_is_refused() {
    assert_eq!(refused("sh", ""), "`sh` is no language of a guide's blocks");
    assert_eq!(refused("", ""), "`` is no language of a guide's blocks");
    assert_eq!(refused("json", "{}"), "the page shows a part of no answer");
}

#[test]
fn a_command_that_is_not_understood_is_refused() {
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
        ("$ curl -X POST x\n", "`-X` is no flag of curl that is known here"),
        ("$ curl -s -H\n", "`-H` has no header"),
        ("$ curl -s\n", "curl has no URL"),
        ("$ curl x y\n", "`y` is a second URL"),
        ("$ curl x\nOK\n", "no server was started"),
    ] {
        assert_eq!(refused("console", text), problem, "{text}");
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
