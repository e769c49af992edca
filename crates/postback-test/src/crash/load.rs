//! Networks and visitors, who talk to a server until it is gone.

use crate::child::{INS_SECRET, TOKEN};
use crate::http::{Connection, Message};
use crate::ledger::{Ledger, Promise, Sale};
use crate::trouble::below;
use postback::port::Clock;
use postback::testing::SeededEntropy;
use postback_service::SystemClock;
use postback_test::clickbank::posted_sale;
use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How many callers send postbacks, and how many send notifications.
const CALLERS: (u64, u64) = (3, 2);
/// How many sales one click brings.
const SALES_OF_A_CLICK: u64 = 4;
/// The pause of a caller that was told to come back later.
const LATER: Duration = Duration::from_millis(20);

/// The callers of one server.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    callers: Vec<JoinHandle<()>>,
}

impl Load {
    /// Lets them begin. `name` makes the ids of this load's sales unlike all others.
    pub(crate) fn start(server: SocketAddr, name: &str, seed: u64, ledger: &Arc<Ledger>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let callers = (0..CALLERS.0 + CALLERS.1).map(|number| {
            let caller = Caller {
                server,
                name: format!("{name}S{number}"),
                by_notification: number >= CALLERS.0,
                random: SeededEntropy::new(seed.wrapping_add(number)),
                ledger: ledger.clone(),
                stop: stop.clone(),
            };
            // A server that is gone ends it.
            thread::spawn(move || drop(caller.call()))
        });
        let callers = callers.collect();
        Self { stop, callers }
    }

    /// Waits until all callers have ended: their server is gone, or they go.
    pub(crate) fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        for caller in self.callers {
            caller.join().unwrap();
        }
    }
}

struct Caller {
    server: SocketAddr,
    name: String,
    by_notification: bool,
    random: SeededEntropy,
    ledger: Arc<Ledger>,
    stop: Arc<AtomicBool>,
}

impl Caller {
    /// Clicks and sells, until the server does not answer any more.
    fn call(&self) -> io::Result<()> {
        let mut connection = Connection::open(self.server)?;
        for number in 0.. {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            let campaign = if self.by_notification { "autumn" } else { "summer" };
            let visit = Message::get(format!("/{campaign}?ref_id=R-{number}&format=json"));
            let answer = connection.send(&visit)?;
            let Some(click) = answer.json()["clickid"].as_str().map(str::to_owned) else {
                if answer.status != 503 {
                    self.ledger.finding(format!("a visitor got {answer:?}"));
                }
                thread::sleep(LATER);
                continue;
            };
            for part in 0..SALES_OF_A_CLICK {
                let sale = self.sale(&click, number * SALES_OF_A_CLICK + part);
                self.sell(&mut connection, &sale)?;
            }
            self.repeat(&mut connection)?;
        }
        Ok(())
    }

    fn sale(&self, click: &str, number: u64) -> Sale {
        let event = format!("{}N{number}", self.name);
        let amount = format!("{number}.{}5", number % 10);
        let message = match self.by_notification {
            true => notification(click, &event, &amount),
            false => Message::get(format!(
                "/postback/net?token={TOKEN}&clickid={click}&type=Purchase&eventid={event}&sum={amount}"
            )),
        };
        Sale {
            event,
            amount,
            message,
            promise: Promise::Nothing,
            applied: 0,
        }
    }

    /// Sends a sale: once, several times, or twice at the same moment.
    fn sell(&self, connection: &mut Connection, sale: &Sale) -> io::Result<()> {
        self.ledger.sent(sale.clone());
        let chance = below(&self.random, 16);
        if chance == 0 {
            thread::scope(|scope| {
                scope.spawn(|| {
                    let again = Connection::open(self.server).and_then(|mut other| other.send(&sale.message));
                    drop(again.map(|answer| self.ledger.answered(&sale.event, &answer)));
                });
                self.send(connection, sale)
            })?;
        }
        for _ in 0..=u64::from(chance == 1) * 2 {
            self.send(connection, sale)?;
        }
        Ok(())
    }

    fn send(&self, connection: &mut Connection, sale: &Sale) -> io::Result<()> {
        let answer = connection.send(&sale.message)?;
        self.ledger.answered(&sale.event, &answer);
        if answer.status == 503 {
            thread::sleep(LATER);
        }
        Ok(())
    }

    /// Sends any sale of earlier once more, perhaps one of another caller or of an earlier server.
    fn repeat(&self, connection: &mut Connection) -> io::Result<()> {
        match self.ledger.any(&self.random) {
            Some(sale) => {
                let answer = connection.send(&sale.message)?;
                self.ledger.answered(&sale.event, &answer);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// Sends what was not acknowledged: ClickBank does so always, other networks sometimes.
pub(crate) fn send_again(server: SocketAddr, random: &SeededEntropy, ledger: &Ledger) {
    let Ok(mut connection) = Connection::open(server) else {
        return;
    };
    for sale in ledger.unanswered() {
        if sale.is_notification() || below(random, 2) == 0 {
            match connection.send(&sale.message) {
                Ok(answer) => ledger.answered(&sale.event, &answer),
                Err(_) => return,
            }
        }
    }
}

/// The notification of a sale.
pub(crate) fn notification(click: &str, receipt: &str, amount: &str) -> Message {
    Message {
        body: Some(posted_sale(INS_SECRET, click, receipt, amount, SystemClock.now()).into_bytes()),
        ..Message::get(format!("/ins/clickbank?token={TOKEN}"))
    }
}
