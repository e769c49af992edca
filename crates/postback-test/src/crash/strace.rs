//! Shows that an fsync precedes each acknowledgement: `strace` writes down what a server asks of
//! the kernel, while one caller waits for each answer before it sends the next message. The server
//! sends no deliveries meanwhile, so that nothing but the messages makes it write.

use crate::child::{self, DATABASE, Running, TOKEN};
use crate::http::{Answer, Connection, Message};
use crate::load::notification;
use crate::receiver::Receiver;
use std::{
    collections::BTreeMap,
    env, fs,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How many sales are sent to a store that works, by each interface, and how many postbacks to one
/// that is locked.
const SALES: u64 = 10;
const LOCKED: u64 = 2;
const TRACE: &str = "trace";
const CALLS: &str = "trace=fsync,fdatasync,write,writev,pwrite64,sendto,sendmsg";
/// How long `strace` may take to write down the end.
const ENDS: Duration = Duration::from_secs(20);

/// Acknowledgements by what was synchronised before them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Seen {
    store: u64,
    journal: u64,
}

/// Runs a server under `strace`. The text says what was seen, or that there is no `strace`.
pub(crate) fn run() -> Result<String, String> {
    let there = Command::new("strace").arg("-V").stdout(Stdio::null()).status();
    if !there.is_ok_and(|there| there.success()) {
        return Ok("skipped: there is no `strace` here".to_owned());
    }
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = folder.path();
    child::configure(folder, &Receiver::start());
    let sent = talk(folder)?;
    let seen = read(&traced(folder)?)?;
    // Where the store is slow, clicks go to the journal although it is not locked.
    if seen.store + seen.journal != sent.store + sent.journal || seen.journal < sent.journal {
        return Err(format!("acknowledged: {sent:?}; synchronised before: {seen:?}"));
    }
    Ok(format!(
        "{} acknowledgements, each after an fdatasync of the database's log, and {}, each after an fsync of the journal",
        seen.store, seen.journal
    ))
}

/// Sends clicks and sales, one after the other, to a server that is killed then.
fn talk(folder: &Path) -> Result<Seen, String> {
    let mut command = Command::new("strace");
    // With `-D` the server, not `strace`, is the child.
    command
        .current_dir(folder)
        .args(["-D", "-f", "-y", "-s", "32", "-o", TRACE, "-e", CALLS]);
    command
        .arg(env::current_exe().unwrap())
        .args(child::flags())
        .arg("--dry-run");
    child::with_secrets(&mut command);
    let (server, address) = Running::start(&mut command, folder.join("strace.log"))?;
    let mut caller = Caller::new(address)?;
    for number in 0..SALES {
        let click = caller.click("summer")?;
        caller.send(&postback(&click, number), 200)?;
        let click = caller.click("autumn")?;
        caller.send(&notification(&click, &format!("N{number}"), "9.95"), 200)?;
    }
    let store = caller.acknowledged;
    let other = rusqlite::Connection::open(folder.join(DATABASE)).unwrap();
    other.busy_timeout(Duration::from_secs(5)).unwrap();
    other
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(|error| error.to_string())?;
    for number in 0..LOCKED {
        let click = caller.click("summer")?;
        caller.send(&postback(&click, SALES + number), 202)?;
    }
    drop(server);
    Ok(Seen {
        store,
        journal: caller.acknowledged - store,
    })
}

struct Caller {
    connection: Connection,
    acknowledged: u64,
}

impl Caller {
    fn new(server: SocketAddr) -> Result<Self, String> {
        let connection = Connection::open(server).map_err(|error| error.to_string())?;
        let acknowledged = 0;
        Ok(Self {
            connection,
            acknowledged,
        })
    }

    fn send(&mut self, message: &Message, status: u16) -> Result<Answer, String> {
        let answer = self.connection.send(message).map_err(|error| error.to_string())?;
        if answer.status != status {
            return Err(format!("{answer:?} in place of {status}"));
        }
        self.acknowledged += 1;
        Ok(answer)
    }

    fn click(&mut self, campaign: &str) -> Result<String, String> {
        let answer = self.send(&Message::get(format!("/{campaign}?ref_id=R&format=json")), 200)?;
        Ok(answer.json()["clickid"].as_str().unwrap_or_default().to_owned())
    }
}

fn postback(click: &str, number: u64) -> Message {
    Message::get(format!(
        "/postback/net?token={TOKEN}&clickid={click}&type=Purchase&eventid=E{number}&sum=9.95"
    ))
}

/// The whole trace, when `strace` has written down that the server was killed.
fn traced(folder: &Path) -> Result<String, String> {
    let until = Instant::now() + ENDS;
    loop {
        let text = fs::read(folder.join(TRACE)).map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&text).into_owned();
        if text
            .lines()
            .last()
            .is_some_and(|line| line.contains("+++ killed by SIGKILL"))
        {
            return Ok(text);
        }
        if Instant::now() >= until {
            return Err("the trace has no end".to_owned());
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// A file in which a message may become durable.
#[derive(Debug, Default)]
struct Durable {
    /// Whether it was synchronised since the last acknowledgement.
    is_synced: bool,
    /// Whether something was written to it since then.
    is_dirty: bool,
}

impl Durable {
    fn wrote(&mut self) {
        self.is_dirty = true;
    }

    fn synced(&mut self) {
        (self.is_synced, self.is_dirty) = (true, false);
    }

    /// Whether what was written before an acknowledgement is durable. The next one needs an fsync
    /// of its own.
    fn acknowledges(&mut self) -> bool {
        std::mem::take(&mut self.is_synced) && !self.is_dirty
    }
}

/// Counts the acknowledgements of a trace by the file that was synchronised before them.
fn read(trace: &str) -> Result<Seen, String> {
    let mut begun: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut seen, mut store, mut journal) = (Seen::default(), Durable::default(), Durable::default());
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').unwrap_or_default();
        let call = call.trim_start();
        // A call that was interrupted by the line of another thread has two lines.
        let resumed = call.starts_with("<...");
        let whole = if resumed {
            begun.remove(thread).unwrap_or_default()
        } else {
            call
        };
        if call.ends_with("<unfinished ...>") {
            begun.insert(thread, call);
        }
        let file = match (whole.contains(".db-wal>"), whole.contains(".journal>")) {
            (true, _) => Some(&mut store),
            (_, true) => Some(&mut journal),
            _ => None,
        };
        if let Some(file) = file {
            match whole.starts_with("fsync(") || whole.starts_with("fdatasync(") {
                true if call.ends_with("= 0") => file.synced(),
                false if is_write(whole) && !resumed => file.wrote(),
                _ => {}
            }
        } else if call.contains("\"HTTP/1.1 200") || call.contains("\"HTTP/1.1 202") {
            match (store.acknowledges(), journal.acknowledges()) {
                (true, _) => seen.store += 1,
                (_, true) => seen.journal += 1,
                _ => return Err(format!("`{line}` comes before its fsync has ended")),
            }
        }
    }
    Ok(seen)
}

fn is_write(call: &str) -> bool {
    call.starts_with("write") || call.starts_with("pwrite64(")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYNCED: &str = "7 pwrite64(9</a/crash.db-wal>, \"x\", 1, 0) = 1
8 fdatasync(9</a/crash.db-wal> <unfinished ...>
7 write(3</a/other>, \"x\", 1) = 1
8 <... fdatasync resumed>) = 0
7 sendto(12<socket:[1]>, \"HTTP/1.1 200 OK\\r\\ncontent\"..., 99, 0, NULL, 0) = 99
7 write(4</a/crash.db.journal>, \"x\", 1) = 1
7 fsync(4</a/crash.db.journal>) = 0
7 writev(12<socket:[1]>, [{iov_base=\"HTTP/1.1 202 Accepted\"...}], 1) = 99";

    #[test]
    fn acknowledgements_after_an_fsync_are_counted() {
        assert_eq!(read(SYNCED), Ok(Seen { store: 1, journal: 1 }));
    }

    /// What is found in some lines of the trace, in this order.
    fn found(order: &[usize]) -> String {
        let lines: Vec<&str> = SYNCED.lines().collect();
        let lines: Vec<&str> = order.iter().map(|place| lines[*place]).collect();
        read(&lines.join("\n")).unwrap_err()
    }

    #[test]
    fn an_acknowledgement_before_its_fsync_has_ended_is_found() {
        for order in [
            &[0, 1, 2, 4][..],
            &[0, 1, 4, 3],
            &[0, 4],
            &[4],
            &[0, 1, 3, 0, 4],
            &[0, 1, 3, 4, 5, 7],
        ] {
            assert!(found(order).contains("comes before its fsync has ended"), "{order:?}");
        }
    }

    #[test]
    fn an_fsync_serves_one_acknowledgement() {
        assert!(found(&[0, 1, 3, 4, 4]).contains("comes before its fsync has ended"));
    }
}
