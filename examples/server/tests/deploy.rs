//! `docs/guides/deploy.md` and the files of `deploy/`: the backup and the restore are done as the
//! page says, against a running server, and every flag is one that the server has.
#![cfg(test)]
#![cfg(unix)]

mod support;

use std::{collections::BTreeSet, fs, path::Path, process::Command};
use support::{
    client::Connection,
    page::{self, Block},
    program::{self, Program},
    tracker::{API_TOKEN, SECRETS, configuration, message, postback},
};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn text(name: &str) -> String {
    fs::read_to_string(format!("{REPOSITORY}/{name}")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The block of the page that holds a text.
fn block(holding: &str) -> Block {
    let blocks = page::blocks(&text("docs/guides/deploy.md"));
    let mut found = blocks.into_iter().filter(|block| block.text.contains(holding));
    let block = found.next().unwrap_or_else(|| panic!("no block holds `{holding}`"));
    assert_eq!((block.language.as_str(), found.next()), ("sh", None), "{holding}");
    block
}

/// A folder with the server's files, where the page has `/var/lib/postback` and so on.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("var/lib/postback")).unwrap();
        let page = configuration(&postback("sales", "https://us.ahows.co/log?key={ref_id}", ""), "");
        fs::write(folder.path().join("tracker.toml"), page).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn start(&self) -> Program {
        let mut command = program::command();
        command.envs(SECRETS).env("POSTBACK_API_TOKEN", API_TOKEN);
        command.args([
            "serve",
            "--config",
            &self.path("tracker.toml"),
            "--listen",
            "127.0.0.1:0",
        ]);
        let database = format!("sqlite:{}", self.path("var/lib/postback/tracker.db"));
        Program::start(command.args(["--database", &database]))
    }

    /// Runs a command of the page, in this folder and as whoever runs the test; says what it
    /// prints.
    fn run(&self, line: &str) -> String {
        let var = self.path("var");
        let line = line.replace("sudo -u postback ", "").replace("sudo ", "");
        let line = line.replace("-o postback ", "").replace("/var/", &format!("{var}/"));
        if let Some(asked) = line.strip_prefix("sqlite3 ")
            && Command::new("sqlite3").arg("--version").output().is_err()
        {
            return without_sqlite3(asked);
        }
        let ran = Command::new("sh").args(["-ec", &line]).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success(), "`{line}`: {said}");
        String::from_utf8(ran.stdout).unwrap()
    }
}

/// `FILE "STATEMENT"`, where the machine has no such program.
fn without_sqlite3(asked: &str) -> String {
    let (file, statement) = asked.split_once(' ').unwrap();
    let file = rusqlite::Connection::open(file).unwrap();
    let statement = statement.trim_matches('"');
    let answer = file.query_row(statement, [], |row| row.get::<_, String>(0));
    answer.map_or_else(|_| String::new(), |answer| answer + "\n")
}

/// How many conversions, and how many deliveries, the server knows.
async fn known(server: &Program) -> (usize, usize) {
    let mut client = Connection::open(server.address()).await.unwrap();
    let conversions = client.api("conversions").await;
    let deliveries = client.api("deliveries").await;
    let count = |answer: &serde_json::Value| answer["items"].as_array().unwrap().len();
    (count(&conversions), count(&deliveries))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_beside_a_running_server_and_restored_as_the_page_says() {
    let machine = Machine::new();
    let server = machine.start();
    let mut client = Connection::open(server.address()).await.unwrap();
    let click = client.click("summer").await.unwrap();
    let sale = |id: &str| message(&format!("clickid={click}&sum=40&eventid={id}"));
    assert_eq!(client.send(sale("one")).await.unwrap().outcome(), "applied");

    let mut said = String::new();
    for line in block("VACUUM INTO").text.lines() {
        said = machine.run(line);
    }
    assert_eq!(said, "ok\n");
    let backup = Path::new(&machine.path("var/backups/postback/2026-11-29")).join("tracker.db");
    assert!(backup.exists() && backup.with_extension("db.journal").exists());

    assert_eq!(client.send(sale("two")).await.unwrap().outcome(), "applied");
    assert_eq!(known(&server).await, (2, 2));
    drop(client);

    let mut server = Some(server);
    for line in block("systemctl stop").text.lines() {
        match line {
            "sudo systemctl stop postback" => drop(server.take().unwrap().stop()),
            "sudo systemctl start postback" => server = Some(machine.start()),
            line => {
                assert!(server.is_none(), "`{line}` is run while the server is");
                machine.run(line);
            }
        }
    }
    let server = server.expect("the page starts it again");
    assert_eq!(known(&server).await, (1, 1));
    let mut client = Connection::open(server.address()).await.unwrap();
    assert_eq!(client.send(sale("one")).await.unwrap().outcome(), "duplicate");
    assert_eq!(client.send(sale("two")).await.unwrap().outcome(), "applied");
}

/// The words of a file that begin with two dashes and stand behind `postback-server` or `serve`.
fn flags(text: &str) -> BTreeSet<String> {
    let joined = text.replace("\\\n", " ").replace("\", \"", " ");
    let lines = joined
        .lines()
        .filter_map(|line| line.split_once("serve ").map(|(_, flags)| flags));
    let words = lines.flat_map(|line| line.split([' ', '"', ']', '`']));
    words.filter(|word| word.starts_with("--")).map(str::to_owned).collect()
}

#[test]
fn every_flag_of_the_unit_the_image_and_the_page_is_one_of_the_servers() {
    let help = program::command().args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for name in ["deploy/postback.service", "deploy/Dockerfile", "docs/guides/deploy.md"] {
        let flags = flags(&text(name));
        assert!(flags.len() >= 3, "{name}: {flags:?}");
        for flag in flags {
            assert!(help.contains(&format!("{flag} <")), "{name}: `{flag}` is no flag");
        }
    }
    for (name, flag) in [
        ("deploy/Caddyfile", "--trusted-proxy"),
        ("deploy/nginx.conf", "--trusted-proxy"),
    ] {
        assert!(text(name).contains(flag) && help.contains(flag), "{name}");
    }
}

#[test]
fn the_unit_is_one_that_systemd_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postback.service");
    let unit = text("deploy/postback.service");
    assert!(
        unit.contains("ExecStart=/usr/local/bin/postback-server serve "),
        "{unit}"
    );
    // It looks whether the program is there.
    fs::write(&path, unit.replace("/usr/local/bin/postback-server", "/bin/true")).unwrap();
    let Ok(ran) = Command::new("systemd-analyze").arg("verify").arg(&path).output() else {
        // There is no systemd here.
        return;
    };
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(!said.contains("postback.service"), "{said}");
}
