//! The program started while its store takes nothing: it serves with the journal alone, and puts
//! the store to work when that is possible. And the program stopped while a receiver hangs.
#![cfg(test)]
#![cfg(unix)]
#![allow(clippy::arithmetic_side_effects)]

mod support;

use http::Request;
use postback_server::args::API_TOKEN as API_TOKEN_VARIABLE;
use rusqlite::Connection as Database;
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use support::{
    client::{Connection, get},
    notification::sale,
    program::{self, Program},
    receiver::Receiver,
    tracker::{API_TOKEN, NAMESPACE, SECRETS, TOKEN, configuration, message, postback},
};

/// Longer than anything here may take, on a busy machine too.
const SOON: Duration = Duration::from_secs(60);
/// The ten seconds in which it ends, and as many again for a busy machine.
const ENDS: Duration = Duration::from_secs(20);

/// Posts sales, so many at most, until one of them is answered with a status. Returns how many.
async fn post_until(connection: &mut Connection, status: u16, most: usize) -> usize {
    for number in 1..=most {
        let request = message(&format!("clickid=unknown-{number}&sum=1&eventid=E-{number}"));
        let answer = connection.send(request).await.unwrap();
        assert!(matches!(answer.status, 200 | 202), "{answer:?}");
        if answer.status == status {
            return number;
        }
    }
    most
}

/// Waits until nothing waits in the journal.
async fn is_taken_in(connection: &mut Connection) {
    let taken = async {
        while connection.api("journal").await["waiting"] != 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(SOON, taken)
        .await
        .expect("the journal is taken in");
}

/// Gives a command the flags and the environment of the server, with its files in a folder.
fn serving(mut command: Command, folder: &Path, config: &Path) -> Program {
    let database = format!("sqlite:{}", folder.join("tracker.db").display());
    command.args([
        "serve",
        "--database",
        &database,
        "--journal-reserve",
        "1",
        "--listen",
        "127.0.0.1:0",
    ]);
    command.args(["--namespace", NAMESPACE, "--allow-destination", "127.0.0.1", "--config"]);
    command.arg(config).envs(SECRETS).env(API_TOKEN_VARIABLE, API_TOKEN);
    Program::start(&mut command)
}

fn written(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("tracker.toml");
    fs::write(&path, text).unwrap();
    path
}

async fn health(connection: &mut Connection) -> (u16, Value) {
    let answer = connection.send(get("/readyz")).await.unwrap();
    (answer.status, answer.json())
}

/// A server that takes in by its journal alone: a click and its sale are kept there, ClickBank is
/// told to come again in time, and health says why. Returns the click.
async fn takes_into_the_journal(program: &Program, why: &str) -> String {
    program.logged("the store is not open", SOON).await;
    let mut connection = Connection::open(program.address()).await.unwrap();
    let live = connection.send(get("/healthz")).await.unwrap();
    let told = "ok: the journal takes what the store does not\n";
    assert_eq!((live.status, live.body.as_str()), (200, told));
    let (status, health) = health(&mut connection).await;
    assert_eq!(
        (status, &health["live"], &health["ready"]),
        (503, &true.into(), &false.into())
    );
    let text = health["checks"]["store"]["text"].as_str().unwrap_or_default();
    assert!(
        text.starts_with("the store is not open yet") && text.contains(why),
        "{health}"
    );

    let began = Instant::now();
    let click = connection.click("summer").await.unwrap();
    let answer = connection
        .send(message(&format!("clickid={click}&sum=8.50&eventid=E1")))
        .await
        .unwrap();
    assert_eq!((answer.status, answer.outcome().as_str()), (202, "journalled"));
    let other = connection.click("autumn").await.unwrap();
    let notification =
        || Request::post(format!("/ins/clickbank?token={TOKEN}")).body(sale(&other, "RECEIPT1", "37.50"));
    let answer = connection.send(notification().unwrap()).await.unwrap();
    assert_eq!(answer.status, 503, "ClickBank sends it again");
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());

    let journal = connection.api("journal").await;
    assert_eq!(
        (&journal["waiting"], &journal["room"]),
        (&3.into(), &(1 << 20).into()),
        "{journal}"
    );
    click
}

/// The store is put to work without a restart, and has what waited.
async fn opens_and_takes_in(program: &Program, click: &str) {
    program.logged("the store is open", SOON).await;
    program.logged("the journal was taken in", SOON).await;
    let mut connection = Connection::open(program.address()).await.unwrap();
    assert_eq!(health(&mut connection).await.0, 200);
    let conversions = connection.rows("conversions").await;
    assert_eq!((conversions.len(), conversions[0]["click"].as_str()), (1, Some(click)));
    let again = connection
        .send(message(&format!("clickid={click}&sum=8.50&eventid=E1")))
        .await
        .unwrap();
    assert_eq!((again.status, again.outcome().as_str()), (200, "duplicate"));
    let metrics = get("/metrics");
    let (mut parts, body) = metrics.into_parts();
    parts
        .headers
        .insert("authorization", format!("Bearer {API_TOKEN}").parse().unwrap());
    let gauges = async |connection: &mut Connection| {
        let request = Request::from_parts(parts.clone(), body.clone());
        connection.send(request).await.unwrap().body
    };
    // They are measured every few seconds.
    let measured = async {
        while !gauges(&mut connection).await.contains("\npostback_store_open 1\n") {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(SOON, measured).await.expect("the store is open");
    let page = gauges(&mut connection).await;
    for line in [
        "postback_store_in_place 1",
        "postback_journal_waiting 0",
        "postback_journal_room_bytes 1048576",
        "postback_journal_unreadable 0",
        "postback_store_last_write_seconds ",
        "postback_disk_free_bytes{file=\"store\"} ",
        "postback_disk_free_bytes{file=\"journal\"} ",
    ] {
        assert!(page.contains(&format!("\n{line}")), "{line}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_locked_store_it_serves_from_the_journal_and_opens_the_store_when_the_lock_is_gone() {
    let mut receiver = Receiver::start().await;
    let channel = postback("told", &format!("{}/told?id={{clickid}}", receiver.url()), "");
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), &configuration(&channel, ""));
    // The first start makes the file.
    let (status, log) = serving(program::command(), folder.path(), &config).stop();
    assert!(status.success() && !log.contains("the store is not open"), "{log}");

    let other = Database::open(folder.path().join("tracker.db")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let program = serving(program::command(), folder.path(), &config);
    let click = takes_into_the_journal(&program, "the database is busy").await;
    other.execute_batch("ROLLBACK").unwrap();
    opens_and_takes_in(&program, &click).await;
    assert_eq!(receiver.exactly(1).await, [format!("GET /told?id={click}")]);
    let (status, _) = program.stop();
    assert!(status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_that_another_process_locks_is_made_when_the_lock_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), &configuration("", ""));
    let other = Database::open(folder.path().join("tracker.db")).unwrap();
    other
        .execute_batch("BEGIN EXCLUSIVE; CREATE TABLE other (id INTEGER)")
        .unwrap();
    let program = serving(program::command(), folder.path(), &config);
    let click = takes_into_the_journal(&program, "").await;
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    opens_and_takes_in(&program, &click).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_in_time_while_the_store_is_locked_and_loses_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), &configuration("", ""));
    drop(serving(program::command(), folder.path(), &config));
    let other = Database::open(folder.path().join("tracker.db")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let program = serving(program::command(), folder.path(), &config);
    let click = takes_into_the_journal(&program, "the database is busy").await;
    let began = Instant::now();
    let (status, _) = program.stop();
    assert!(status.success() && began.elapsed() < ENDS, "{:?}", began.elapsed());
    drop(other);
    let program = serving(program::command(), folder.path(), &config);
    program.logged("the journal was taken in", SOON).await;
    let mut connection = Connection::open(program.address()).await.unwrap();
    let conversions = connection.rows("conversions").await;
    assert_eq!(
        (conversions.len(), conversions[0]["click"].as_str()),
        (1, Some(click.as_str()))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn at_sigterm_it_goes_on_accepting_while_a_hung_delivery_has_its_time_and_then_lets_it_go() {
    // Whoever connects is never answered.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/told?id={{clickid}}", silent.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), &configuration(&postback("told", &url, ""), ""));
    let mut program = serving(program::command(), folder.path(), &config);
    let mut connection = Connection::open(program.address()).await.unwrap();
    let click = connection.click("summer").await.unwrap();
    let sale = |event: &str| message(&format!("clickid={click}&sum=8.50&eventid={event}"));
    assert_eq!(connection.send(sale("E1")).await.unwrap().status, 200);
    let accepted = tokio::task::spawn_blocking(move || silent.accept().map(|(stream, _)| (silent, stream)));
    let hung = tokio::time::timeout(SOON, accepted).await.unwrap().unwrap().unwrap();

    let began = Instant::now();
    program.signal("TERM");
    program.logged("stopping", SOON).await;
    let mut late = Connection::open(program.address()).await.expect("it goes on accepting");
    assert_eq!(late.send(sale("E2")).await.unwrap().status, 200);
    while program.runs() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(began.elapsed() < ENDS, "{:?}", began.elapsed());
    assert!(began.elapsed() > Duration::from_secs(3), "the delivery had its time");
    drop((program, hung));

    let program = serving(program::command(), folder.path(), &config);
    let mut connection = Connection::open(program.address()).await.unwrap();
    assert_eq!(connection.rows("events").await.len(), 2);
    let deliveries = connection.rows("deliveries").await;
    assert!(deliveries.iter().all(|row| row["state"] == "queued"), "{deliveries:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_in_time_while_a_thread_waits_for_a_file_that_never_comes() {
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), &configuration("", ""));
    let mut program = serving(program::command(), folder.path(), &config);
    // Reading this waits as reading from a disk that hangs does.
    fs::remove_file(&config).unwrap();
    assert!(Command::new("mkfifo").arg(&config).status().unwrap().success());
    program.signal("HUP");
    // It can be opened when the program has it open, too.
    let opened = tokio::task::spawn_blocking(move || fs::File::options().write(true).open(config));
    let hung = tokio::time::timeout(SOON, opened).await.unwrap().unwrap().unwrap();
    let began = Instant::now();
    program.signal("TERM");
    while program.runs() && began.elapsed() < ENDS {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!program.runs(), "it still runs after {:?}", began.elapsed());
    drop(hung);
}

/// A small disk of its own, in a name space that ends with it; none where this user may not make
/// one.
#[cfg(target_os = "linux")]
struct Disk {
    holder: Child,
    folder: PathBuf,
}

#[cfg(target_os = "linux")]
impl Disk {
    fn new(folder: &Path, size: &str) -> Option<Self> {
        let mut holder = Command::new("unshare");
        holder.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
        holder.arg("mount -t tmpfs -o size=$1 none \"$2\" && echo ready && exec cat");
        holder
            .args(["sh", size])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut holder = holder.spawn().ok()?;
        let mut line = String::new();
        let read = BufReader::new(holder.stdout.take()?).read_line(&mut line);
        let folder = folder.to_owned();
        let disk = Self { holder, folder };
        (read.is_ok() && line == "ready\n").then_some(disk)
    }

    /// A program that sees the disk.
    fn command(&self) -> Command {
        let mut command = Command::new("nsenter");
        let process = self.holder.id().to_string();
        command.args(["--user", "--mount", "--preserve-credentials", "--target", &process]);
        command.arg(program::command().get_program());
        command.env_remove(API_TOKEN_VARIABLE).env_remove("RUST_LOG");
        command
    }

    /// A file of the disk, as this process sees it.
    fn file(&self, name: &str) -> PathBuf {
        let inside = self.folder.strip_prefix("/").unwrap().join(name);
        PathBuf::from(format!("/proc/{}/root", self.holder.id())).join(inside)
    }

    fn fill(&self) {
        let mut filler = fs::File::create(self.file("filler")).unwrap();
        while filler.write_all(&[1; 4_096]).is_ok() {}
    }

    /// Gives back so many of the bytes that fill it.
    fn give_back(&self, bytes: u64) {
        let filler = fs::OpenOptions::new().write(true).open(self.file("filler")).unwrap();
        let length = filler.metadata().unwrap().len();
        filler.set_len(length - bytes).unwrap();
    }
}

#[cfg(target_os = "linux")]
impl Drop for Disk {
    fn drop(&mut self) {
        // There is nothing to kill when it ended by itself.
        drop(self.holder.kill());
        drop(self.holder.wait());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_it_serves_from_the_journal_and_opens_the_store_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), &configuration("", ""));
    let mounted = folder.path().join("disk");
    fs::create_dir(&mounted).unwrap();
    let Some(disk) = Disk::new(&mounted, "4m") else {
        eprintln!("not tried: this user may not mount a file system in a name space of its own");
        return;
    };
    // The first start takes the journal's room.
    drop(serving(disk.command(), &mounted, &config).stop());
    disk.fill();
    let program = serving(disk.command(), &mounted, &config);
    let click = takes_into_the_journal(&program, "").await;
    fs::remove_file(disk.file("filler")).unwrap();
    opens_and_takes_in(&program, &click).await;

    // It fills while the server runs: what comes goes to the journal until there is room again.
    disk.fill();
    let mut connection = Connection::open(program.address()).await.unwrap();
    let mut number = 0;
    loop {
        number += 1;
        let request = message(&format!("clickid=unknown&sum=1&eventid=full-{number}"));
        let answer = connection.send(request).await.unwrap();
        assert!(matches!(answer.status, 200 | 202), "{answer:?}");
        if answer.status == 202 {
            break;
        }
    }
    let (status, health) = health(&mut connection).await;
    let text = health["checks"]["writes"]["text"].as_str().unwrap_or_default();
    assert!(status == 503 && text.contains("the disk is full"), "{health}");
    fs::remove_file(disk.file("filler")).unwrap();
    is_taken_in(&mut connection).await;
    let events = connection.rows("events").await;
    assert_eq!(events.len(), number + 1);
}

/// Not even the log of the store has room for what the journal holds.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn on_a_disk_with_little_room_the_journal_is_taken_in_bit_by_bit() {
    const WAIT: usize = 600;
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), &configuration("", ""));
    let mounted = folder.path().join("disk");
    fs::create_dir(&mounted).unwrap();
    let Some(disk) = Disk::new(&mounted, "24m") else {
        eprintln!("not tried: this user may not mount a file system in a name space of its own");
        return;
    };
    let program = serving(disk.command(), &mounted, &config);
    disk.fill();
    let mut connection = Connection::open(program.address()).await.unwrap();
    assert_eq!(post_until(&mut connection, 503, WAIT).await, WAIT);
    let waiting = connection.api("journal").await["waiting"].as_u64().unwrap();
    assert!(waiting > 500, "{waiting}");
    disk.give_back(1 << 19);
    program.logged("the disk of the store has too little room", SOON).await;
    assert_eq!(connection.api("journal").await["waiting"].as_u64(), Some(waiting));
    // What is left is for what comes.
    let answer = connection
        .send(message("clickid=unknown&sum=1&eventid=now"))
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    // They are taken in with little more than the journal's reserve. The store's log alone would
    // have 30 MiB.
    disk.give_back(1 << 20);
    is_taken_in(&mut connection).await;
    let log = fs::metadata(disk.file("tracker.db-wal")).unwrap().len();
    assert!(log < 1 << 19, "{log}");
    assert_eq!(connection.rows("events").await.len(), WAIT + 1);
}

/// As `LimitFSIZE` of systemd sets it.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_file_sizes_is_as_a_full_disk_and_does_not_end_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = written(folder.path(), &configuration("", ""));
    // Blocks of 512 bytes, or of 1 KiB.
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -f 4096 && exec \"$0\" \"$@\""]);
    limited.arg(program::command().get_program());
    limited.env_remove(API_TOKEN_VARIABLE).env_remove("RUST_LOG");
    let mut program = serving(limited, folder.path(), &config);
    let mut connection = Connection::open(program.address()).await.unwrap();
    let number = post_until(&mut connection, 202, 2_000).await;
    assert!(program.runs());
    let (status, health) = health(&mut connection).await;
    let text = health["checks"]["writes"]["text"].as_str().unwrap_or_default();
    assert!(status == 503 && text.starts_with("the store takes nothing"), "{health}");
    assert_eq!(health["live"], true, "{health}");
    drop(connection);
    let (ended, log) = program.stop();
    assert!(ended.success(), "{log}");

    let program = serving(program::command(), folder.path(), &config);
    let mut connection = Connection::open(program.address()).await.unwrap();
    is_taken_in(&mut connection).await;
    assert_eq!(connection.rows("events").await.len(), number);
}
