//! What an offer source sends, made into events; and who may send it.

use crate::clickbank::s2s::TEST_RECEIPT;
use crate::clickbank::{
    AmountField, Settings,
    form::MinorUnitsError,
    ins::{Notification, TransactionType},
};
use crate::definition::Protocol;
use crate::event::{Assurance, Event, Interface, Kind, MAX_CANDIDATES, Received};
use crate::model::Role;
use crate::network::{Postback, PostbackError};
use crate::tracker::{Credentials, Recognised, Source, listed};
use crate::value::{
    AmountError, Currency, CurrencyError, EventId, Money, Pii, Query, Receipt, Shared, Timestamp, is_unfilled_macro,
};
use alloc::{
    borrow::Cow,
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, net::IpAddr};
use percent_encoding::percent_decode_str;
use thiserror::Error;

/// Who calls, as the host knows it.
#[derive(Clone, Copy, Default)]
pub struct Caller<'a> {
    /// The address of the connection, or what a trusted proxy says of it.
    pub address: Option<IpAddr>,
    /// The token that was presented.
    pub token: Option<&'a [u8]>,
    /// The conversion type that a postback names; of a notification there is none.
    pub type_word: Option<&'a str>,
}

impl fmt::Debug for Caller<'_> {
    /// Shows the type alone: whoever calls, a pixel's visitor among them, is nobody's business, and
    /// a token may be right.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("type_word", &self.type_word)
            .finish_non_exhaustive()
    }
}

/// A caller that a source does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unauthorized {
    /// The source asks for a token, and this one is missing or wrong.
    #[error("the token is missing or wrong")]
    Token,
    /// The source lists addresses, and this one is not among them.
    #[error("the address is not allowed")]
    Address,
}

/// A notification that was decrypted or verified and is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotTaken {
    /// The source's protocol has no notifications.
    #[error("the source's protocol has no notifications")]
    Protocol,
    /// Its version is none of the source's `ins_versions`.
    #[error("version `{0}` is not one of the source's `ins_versions`")]
    Version(String),
    /// Its amount cannot be read exactly.
    #[error("{0}")]
    Amount(#[from] AmountError),
    /// Its amount is no whole number of minor units.
    #[error("{0}")]
    MinorUnits(#[from] MinorUnitsError),
    /// The currency that it names is none.
    #[error("{0}")]
    Currency(#[from] CurrencyError),
}

impl Source {
    /// Whether a caller may bring events to this source. Every check that is configured must hold:
    /// a token where there are tokens, an address where addresses are listed. A conversion type of
    /// `open_types` needs neither.
    ///
    /// # Errors
    /// [`Unauthorized`], with the first check that failed.
    pub fn authorize(&self, caller: &Caller<'_>, credentials: &Credentials) -> Result<(), Unauthorized> {
        if caller.type_word.is_some_and(|word| self.is_open(word)) {
            return Ok(());
        }
        let tokens = credentials.tokens(&self.id);
        let presented = caller.token.unwrap_or_default();
        // Without a short circuit: which of several tokens is right shows in no time.
        let known = tokens
            .iter()
            .fold(false, |known, token| known | token.matches(presented));
        if !self.tokens.is_empty() && !known {
            return Err(Unauthorized::Token);
        }
        let inside = caller
            .address
            .is_some_and(|address| self.allow_ips.iter().any(|range| range.contains(&address)));
        if !self.allow_ips.is_empty() && !inside {
            return Err(Unauthorized::Address);
        }
        Ok(())
    }

    /// Whether a postback's word is an open type and nothing else: a word that `events` gives
    /// another meaning could carry money. Of an open type neither a token nor an address is asked.
    #[must_use]
    pub fn is_open(&self, word: &str) -> bool {
        let open = |name: &str| self.open_types.contains(name);
        let mapped = || listed(self, word, None);
        open(word) && mapped().is_none_or(|mapped| mapped.as_ref().is_some_and(|name| open(name.as_str())))
    }

    /// The event of a notification of version 6.0 or later; [`Source::form_event`] is for the older
    /// ones. A `SALE` whose items are all upsells is an upsell.
    ///
    /// Its identity is (source, receipt, transaction type, role, transaction time, item numbers):
    /// ClickBank sends a notification up to five times, and `attemptCount` is the only thing that
    /// changes. The time is the instant, not its text: the two URLs of an account may get different
    /// versions, which write it differently. Without a receipt it is the whole text but for that
    /// count.
    ///
    /// The event says that it was decrypted; of a notification that was read from plain text its
    /// host vouches for that.
    ///
    /// # Errors
    /// [`NotTaken`]: a version that is not chosen, an amount that is not exact decimal text.
    pub fn event(
        &self,
        notification: &Notification,
        received: Received,
        credentials: &Credentials,
    ) -> Result<Event, NotTaken> {
        let Protocol::ClickBank(settings) = &self.protocol else {
            return Err(NotTaken::Protocol);
        };
        if !settings.ins_versions.contains(notification.version()) {
            return Err(NotTaken::Version(notification.version().to_string()));
        }
        let at = notification.transaction_time().at();
        let mut event = Event::new(self.notification_id(notification), self.id.clone(), Interface::Ins, at);
        event.received_at = received.at;
        event.assurance = Some(Assurance::Decrypted);
        event.kind = Some(match notification.transaction_type() {
            TransactionType::Sale if notification.all_items_are_upsells() => Kind::Upsell,
            word => word.kind(),
        });
        event.name = Some(notification.transaction_type_text().into());
        event.test = notification.is_test();
        event.receipt = notification
            .receipt()
            .filter(|receipt| !receipt.is_placeholder())
            .map(|receipt| receipt.stripped().clone());
        event.parent = notification.parent_receipt();
        event.sum = self.notification_sum(settings, notification)?;
        self.read_candidates(&mut event, notification_candidates(settings, notification), credentials);
        for row in &self.parameters {
            let found = row.from.iter().find_map(|path| {
                // ClickBank's own fields are filled in: a product may well be called
                // `{Best} Seller`. Others echo the link.
                let echoed = ECHOES.iter().any(|echo| path.as_str().starts_with(echo));
                // The test of the settings has asterisks for a receipt.
                let masked = path.as_str() == "receipt" && event.receipt.is_none();
                notification
                    .lookup(path)
                    .filter(|value| !(masked || echoed && is_unfilled_macro(value)))
            });
            if let Some(value) = found {
                self.keep(&mut event, &row.name, row.role.as_ref(), value);
            }
        }
        Ok(event)
    }

    fn notification_id(&self, notification: &Notification) -> EventId {
        let at = notification.transaction_time().at();
        let source = self.id.as_str();
        let Some(receipt) = notification.receipt() else {
            let text = notification.text_without_attempt();
            return EventId::of(Some(at.unix_seconds()), &["ins text", source, &text]);
        };
        let role = notification.role();
        let role = role.as_ref().map_or("", |role| role.as_str());
        let word = notification.transaction_type_text();
        let items = notification.item_numbers_sorted();
        notification_id(source, receipt.text(), word, role, at, &items)
    }

    fn notification_sum(&self, settings: &Settings, notification: &Notification) -> Result<Option<Money>, AmountError> {
        let (number, currency) = match settings.amount {
            AmountField::Account => (notification.total_account_amount(), Currency::USD),
            AmountField::Order => (
                notification.total_order_amount(),
                notification.order_currency().unwrap_or(self.currency),
            ),
        };
        number
            .map(|number| {
                Ok(Money {
                    amount: number.amount()?,
                    currency,
                })
            })
            .transpose()
    }

    /// The event of a postback, and what was read of the query.
    ///
    /// Its identity is (source, its event id or receipt, type, status, amount, currency), so that
    /// the same id with a new status is news, and the same id with another time is not. The receipt
    /// is the one that came, with a rebill's suffix. With neither id, each arrival is an event of
    /// its own.
    ///
    /// A postback with ClickBank's word `TEST`, one that begins with `TEST_`, or the made-up values
    /// of ClickBank's Test button ([`is_test_button`](crate::clickbank::s2s::is_test_button)) is a
    /// test. Its made-up receipt `ABC12345` is no receipt, with or without the other values: it is
    /// the same in every test, and would tie them together.
    ///
    /// Anyone may send what is [open](Source::is_open), so its sum and currency are not read, and
    /// it has neither receipt nor parent. In ClickBank's pixel the click id may be one of a list.
    ///
    /// # Errors
    /// [`PostbackError`]: a value that is malformed, too long or repeated.
    pub fn postback(
        &self,
        query: &Query<'_>,
        received: Received,
        credentials: &Credentials,
    ) -> Result<(Event, Postback), PostbackError> {
        let own: Vec<&str> = self.parameters.iter().map(|row| row.name.as_str()).collect();
        let open = self.is_sent_by_anyone(query);
        let read = self.read(query, &own, open)?;
        let role_of = |name: &str| {
            self.parameters
                .iter()
                .find(|row| row.name == name)
                .and_then(|row| row.role.as_ref())
        };
        let (id, identified) = self.postback_id(&read, received);
        let mut event = Event::new(
            id,
            self.id.clone(),
            Interface::Postback,
            read.time.unwrap_or(received.at),
        );
        event.identified = identified;
        event.timed = read.time.is_some();
        event.received_at = received.at;
        event.name = read.type_word.as_ref().map(|word| word.as_str().into());
        event.test = self.is_test(&read);
        event.kind = event.test.then_some(Kind::Test);
        event.status = read.status_word.as_deref().map(Shared::from);
        let currency = read.currency.unwrap_or(self.currency);
        event.sum = read.sum.map(|amount| Money { amount, currency });
        event.event_id = read.event_id.as_deref().map(Shared::from);
        event.order_id = read.order_id.as_deref().map(Shared::from);
        let is_doubted = |receipt: &Receipt| open || (self.is_clickbank() && receipt.as_str() == TEST_RECEIPT);
        event.receipt = read.receipt.clone().filter(|receipt| !is_doubted(receipt));
        event.parent = read.parent.clone().filter(|receipt| !is_doubted(receipt));
        event.parent.take_if(|parent| Some(&*parent) == event.receipt.as_ref());
        self.read_candidates(&mut event, self.postback_candidates(query, &read), credentials);
        for (name, value) in &read.parameters {
            self.keep(&mut event, name, role_of(name), value);
        }
        Ok((event, read))
    }

    fn postback_id(&self, read: &Postback, received: Received) -> (EventId, bool) {
        let word = read.type_word.as_ref().map_or("", |word| word.as_str());
        let id = read.event_id.as_deref().map(|id| ("event id", id));
        let id = id.or_else(|| read.receipt_text.as_deref().map(|receipt| ("receipt", receipt)));
        let Some((what, id)) = id else {
            let nonce = format!("{}:{}", received.at, received.nonce);
            let id = EventId::of(
                Some(received.at.unix_seconds()),
                &["postback arrival", self.id.as_str(), &nonce],
            );
            return (id, false);
        };
        let amount = read.sum.map(|sum| sum.to_string()).unwrap_or_default();
        let currency = read.currency.map(|currency| currency.to_string()).unwrap_or_default();
        let status = read.status_word.as_deref().unwrap_or_default();
        let parts = ["postback", self.id.as_str(), what, id, word, status, &amount, &currency];
        // Without its time in front: what the id says is the same at another time.
        (EventId::of(None, &parts), true)
    }

    pub(super) fn read_candidates<'a>(
        &self,
        event: &mut Event,
        texts: impl IntoIterator<Item = Cow<'a, str>>,
        credentials: &Credentials,
    ) {
        for text in texts {
            if is_unfilled_macro(&text) {
                continue;
            }
            match credentials.click_ids().recognise(&text) {
                Recognised::Ours(id) | Recognised::Foreign(id) => {
                    if !event.clicks.contains(&id) && event.clicks.len() < MAX_CANDIDATES {
                        event.clicks.push(id);
                    }
                }
                Recognised::Forged(id) => {
                    if event.forged.len() < MAX_CANDIDATES {
                        event.forged.push(id);
                    }
                }
                Recognised::Invalid => {}
            }
        }
    }

    /// Keeps a parameter where its role puts it.
    pub(super) fn keep(&self, event: &mut Event, name: &str, role: Option<&Role>, value: &str) {
        if value.is_empty() {
            return;
        }
        match role {
            Some(role) if role.is_private() => {
                event.private.insert(name.into(), Pii::new(value));
                return;
            }
            Some(Role::EventId) if event.event_id.is_none() => event.event_id = Some(value.into()),
            Some(Role::OrderId) if event.order_id.is_none() => event.order_id = Some(value.into()),
            _ => {}
        }
        event.parameters.insert(name.into(), value.into());
    }

    /// The parameters' names with their roles.
    #[must_use]
    pub fn roles(&self) -> BTreeMap<&str, Option<&Role>> {
        self.parameters
            .iter()
            .map(|row| (row.name.as_str(), row.role.as_ref()))
            .collect()
    }
}

/// The parts of a notification that repeat what the link to the order form said (support articles
/// 10535147 and 26455062697620).
pub(super) const ECHOES: &[&str] = &[
    "vendorVariables",
    "affiliateTrackingParameters",
    "trackingCodes",
    "cvendthru",
    "ctid",
    "caffitid",
];

/// What names a notification of any version that says whose it is.
pub(super) fn notification_id(
    source: &str,
    receipt: &str,
    word: &str,
    role: &str,
    at: Timestamp,
    items: &[&str],
) -> EventId {
    let instant = at.to_string();
    let mut parts = alloc::vec!["ins", source, receipt, word, role, &instant];
    parts.extend(items);
    EventId::of(Some(at.unix_seconds()), &parts)
}

fn notification_candidates<'a>(settings: &'a Settings, notification: &'a Notification) -> Vec<Cow<'a, str>> {
    let mut found = Vec::new();
    for path in &settings.click_id_from {
        if path.as_str() == "trackingCodes" {
            found.extend(notification.tracking_codes().map(Cow::Borrowed));
        } else if let Some(value) = notification.lookup(path) {
            // Values of `vendorVariables` come still percent-encoded (seen in captured
            // notifications).
            found.push(percent_decode_str(value).decode_utf8().unwrap_or(Cow::Borrowed(value)));
        }
    }
    found
}
