//! One tracker and what comes in for it: clicks, and for each click one sale, told in turn by
//! ClickBank's notification and by a postback.

use super::Failure;
use crate::notifications::corpus;
use crate::numbers::Numbers;
use postback::compile::compile;
use postback::intake::Intake;
use postback::plan::{ClickFacts, Commit};
use postback::route::{Router, Visit};
use postback::value::{ClickId, Namespace, Pii, SecretReference, SecretReferenceError};
use postback::{
    Click, CompileOptions, Credentials, Decision, Document, Event, Facts, Plan, Query, Received, Secret, Timestamp,
    Tracker,
};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    ops::Range,
    sync::LazyLock,
    time::{SystemTime, UNIX_EPOCH},
};

/// The tenant.
pub const NAMESPACE: &str = "bench";
/// The token of both sources.
pub const TOKEN: &str = "a-token-of-the-networks";
/// What the configuration's references stand for.
pub const SECRETS: [(&str, &str); 3] = [
    ("BENCH_CLICK_KEY", "a-key-for-the-click-ids"),
    ("BENCH_TOKEN", TOKEN),
    ("BENCH_INS_SECRET", corpus::SECRET),
];
/// When the first click came, in Unix seconds: the midnight ten days ago, so that nothing is old
/// enough to be deleted while a bench runs.
static EPOCH: LazyLock<i64> = LazyLock::new(|| {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let days = i64::try_from(now.as_secs() / 86_400).unwrap_or_default();
    (days - 10) * 86_400
});
/// How many sales there are in a second.
const PER_SECOND: u64 = 10;
/// Among how many clicks a sale finds its own: visitors buy in another order than they came.
pub(crate) const WINDOW: u64 = 4_096;
/// Clicks from this number on are named by some sales and never recorded.
const UNKNOWN: u64 = 1 << 36;

/// Of what a network makes its receipts. They come in no order.
const RECEIPT: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0";
const CONFIGURATION: &str = include_str!("tracker.toml");
const SALE: &str = include_str!("sale.json");

/// The tracker with its credentials.
#[derive(Debug)]
pub struct World {
    tracker: Tracker,
    credentials: Credentials,
}

/// A sale as it is told: by its number an even one is a notification, an odd one a postback. Every
/// other postback is of a type with the policy `create_marked`.
#[derive(Debug)]
pub struct Message {
    /// Path and query.
    pub target: String,
    /// The body of a notification.
    pub body: Option<Vec<u8>>,
}

/// The configuration's text, with the traffic channel at an address; without one nothing is sent.
#[must_use]
pub fn configuration(channel: Option<SocketAddr>) -> String {
    match channel {
        Some(address) => CONFIGURATION.replace("@CHANNEL@", &address.to_string()),
        // The rules are there and match no sale.
        None => CONFIGURATION
            .replace("@CHANNEL@", "127.0.0.1:9")
            .replace(r#"types = ["Purchase", "Order"]"#, r#"types = ["Lead"]"#),
    }
}

impl World {
    /// The world, whose channel is at an address of nobody.
    ///
    /// # Errors
    /// A configuration that does not compile.
    pub fn new() -> Result<Self, Failure> {
        let document = Document::from_toml(&configuration(Some(SocketAddr::from(([127, 0, 0, 1], 9)))))?;
        let tracker = compile(&document, &CompileOptions::new(Namespace::new(NAMESPACE)?))?;
        let secrets: BTreeMap<SecretReference, Secret> = SECRETS
            .iter()
            .map(|(name, secret)| Ok((format!("env:{name}").parse()?, Secret::from(*secret))))
            .collect::<Result<_, SecretReferenceError>>()?;
        let credentials = Credentials::new(&tracker, &secrets)?;
        Ok(Self { tracker, credentials })
    }

    /// When the click of a number came.
    pub(crate) fn at(number: u64) -> Result<Timestamp, Failure> {
        let seconds = (*EPOCH).saturating_add_unsigned(number / PER_SECOND);
        let nanos = u32::try_from(number % PER_SECOND)? * (1_000_000_000 / 10);
        Ok(Timestamp::from_parts(seconds, nanos)?)
    }

    /// The click of a sale.
    ///
    /// # Errors
    /// None but in the bench itself.
    pub fn click(&self, sale: u64) -> Result<Click, Failure> {
        // An odd factor changes the order of a window and nothing else.
        let number = sale - sale % WINDOW + (sale % WINDOW).wrapping_mul(1_597) % WINDOW;
        let campaign = if sale.is_multiple_of(2) { "autumn" } else { "summer" };
        let query = format!("ref_id=R{number:08}&sub1=zone-{}&sub2=ad-{}", number % 97, number % 31);
        let visit = Visit {
            campaign,
            query: query.as_bytes(),
            cookies: b"",
            at: Self::at(number)?,
            entropy: [
                number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
                number,
                number.wrapping_mul(0xbf58_476d_1ce4_e5b9),
            ],
            visitor: BTreeMap::from([("country".to_owned(), "US".to_owned())]),
            private: BTreeMap::from([
                ("ip".to_owned(), Pii::new(format!("203.0.113.{}", number % 250))),
                ("useragent".to_owned(), Pii::new(USER_AGENT)),
            ]),
        };
        Ok(Router::new(&self.tracker)
            .route(visit, self.credentials.click_ids())?
            .click)
    }

    /// A sale of a click.
    ///
    /// # Errors
    /// None but in the bench itself.
    pub fn message(sale: u64, click: &str) -> Result<Message, Failure> {
        let amount = format!("{}.{:02}", 10 + sale % 90, sale % 100);
        if !sale.is_multiple_of(2) {
            let name = if sale % 4 == 1 { "Purchase" } else { "Order" };
            return Ok(Message {
                target: format!(
                    "/postback/net?token={TOKEN}&clickid={click}&type={name}&eventid=N{sale:09}&sum={amount}"
                ),
                body: None,
            });
        }
        let basic = Self::at(sale + WINDOW)?.to_string();
        let basic = basic
            .split_once('.')
            .map_or(basic.trim_end_matches('Z'), |(whole, _)| whole);
        let text = SALE
            .trim_end()
            .replace("@TIME@", &format!("{}+0000", basic.replace(['-', ':'], "")))
            .replace("@RECEIPT@", &Numbers::new(sale).text(RECEIPT, 8))
            .replace("@CLICK@", click)
            .replace("@AMOUNT@", &amount);
        Ok(Message {
            target: format!("/ins/clickbank?token={TOKEN}"),
            body: Some(corpus::encrypted(&text, &format!("{sale:016X}"))),
        })
    }

    /// The clicks of sales, and what the sales come to.
    ///
    /// # Errors
    /// None but in the bench itself.
    pub fn sales(&self, numbers: Range<u64>) -> Result<(Vec<Click>, Vec<Commit>), Failure> {
        let clicks = numbers
            .clone()
            .map(|sale| self.click(sale))
            .collect::<Result<Vec<_>, _>>()?;
        let told = numbers
            .zip(&clicks)
            .map(|(sale, click)| self.commit(sale, click.clone()));
        let commits = told.collect::<Result<_, _>>()?;
        Ok((clicks, commits))
    }

    /// What a sale comes to when its click is recorded and nothing else is known of it.
    ///
    /// # Errors
    /// None but in the bench itself.
    pub fn commit(&self, sale: u64, click: Click) -> Result<Commit, Failure> {
        let known = ClickFacts {
            version: 1,
            click: Some(click.clone()),
            tallies: Vec::new(),
        };
        let plan = self.plan(sale, click.id, known)?;
        match plan.commit.outbox.len() {
            1 => Ok(plan.commit),
            _ => Err(format!("sale {sale} fires nothing: {:?}", plan.reply).into()),
        }
    }

    /// What a sale comes to whose click nobody knows: an event that waits.
    ///
    /// # Errors
    /// None but in the bench itself.
    pub fn waiting(&self, sale: u64) -> Result<Commit, Failure> {
        let unknown = self.click(sale + UNKNOWN)?.id;
        let plan = self.plan(sale, unknown, ClickFacts::default())?;
        match plan.commit.outbox.len() {
            0 => Ok(plan.commit),
            _ => Err(format!("sale {sale} fires without its click").into()),
        }
    }

    fn plan(&self, sale: u64, click: ClickId, known: ClickFacts) -> Result<Plan, Failure> {
        let message = Self::message(sale, click.as_str())?;
        let received = Received {
            at: Self::at(sale + WINDOW)?,
            nonce: sale,
        };
        let event = self.event(&message, received)?;
        let needs = Decision::new(&self.tracker).needs(&event);
        let mut facts = Facts::default();
        for receipt in needs.receipts {
            facts.receipts.insert(receipt, Default::default());
        }
        facts.clicks.insert(click, known);
        Ok(Decision::new(&self.tracker).decide(&event, &facts, received.at)?)
    }

    fn event(&self, message: &Message, received: Received) -> Result<Event, Failure> {
        let source = |id| self.tracker.source(Some(id)).ok_or("a source is missing");
        match &message.body {
            Some(body) => {
                let intake = Intake::new(source("clickbank")?, &self.credentials, received);
                let event = intake.assume_authorized().ins(body);
                event.map_err(|_| "a notification is refused".into())
            }
            None => {
                let query = message.target.split_once('?').ok_or("a query is missing")?.1;
                let intake = Intake::new(source("net")?, &self.credentials, received);
                let query = Query::parse(query.as_bytes())?;
                Ok(intake.assume_authorized().postback(&query)?.0)
            }
        }
    }
}
