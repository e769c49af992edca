//! Makes events of postbacks, and decides what anyone may send without a token.

use super::door::Intake;
use super::draft::keep;
use crate::event::{Event, Interface, Kind, MAX_IGNORED, MAX_NAMED};
use crate::model::{ParameterRole, Status};
use crate::network::{InboundPostback, InboundPostbackError, Meaning};
use crate::text::Cut;
use crate::value::{Amount, ClickId, EventId, Money, Query, Receipt, Shared, Timestamp, is_unfilled_macro};
use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::time::Duration;

/// How far a network's clock may be ahead of ours: one day, since a time without its zone is wrong
/// by hours.
pub(crate) const MAX_AHEAD: Duration = Duration::from_secs(24 * 60 * 60);

impl Intake<'_> {
    /// Makes the event of a postback, and returns what was read from the query.
    ///
    /// The event's identity is made of the source, the event id or receipt, the click, the type,
    /// the status, the amount, the currency, and the time if the postback names one. A value that
    /// the postback leaves out counts as its default. So the same event id with a new status,
    /// another click or another time is a new event. The receipt is used as it came, with a
    /// rebill's suffix. Without an event id and a receipt, each arrival is an event of its own.
    ///
    /// If the postback's time is later than the arrival by more than [`MAX_AHEAD`], the network's
    /// clock is wrong, and the time of the arrival is used.
    ///
    /// A postback is a test if its type is ClickBank's word `TEST` or begins with `TEST_`, or if it
    /// has the made-up values of ClickBank's Test button
    /// ([`is_test_button`](crate::clickbank::s2s::is_test_button)). The made-up receipt `ABC12345`
    /// is never stored, with or without the other values: it is the same in every test, and would
    /// tie the tests together.
    ///
    /// Anyone may send an [open](crate::tracker::Source::is_open) type, so its sum and currency are
    /// not read, and its event has neither a receipt nor a parent. In ClickBank's pixel the click
    /// id may be one of a list.
    pub(super) fn posted_back(&self, query: &Query<'_>) -> Result<(Event, InboundPostback), InboundPostbackError> {
        let protocol = &self.source.protocol;
        let own: Vec<&str> = self.source.parameters.iter().map(|row| row.name.as_str()).collect();
        let open = self.is_sent_by_anyone(query);
        let mut read = self.read(query, &own, open)?;
        self.keep_unfilled(query, &mut read, open)?;
        self.ids_are_read(query)?;
        let role_of = |name: &str| {
            self.source
                .parameters
                .iter()
                .find(|row| row.name == name)
                .and_then(|row| row.role.as_ref())
        };
        let candidates = self.candidates(self.postback_candidates(query, &read));
        let ahead = |time: &Timestamp| time.saturating_since(self.received.at) > MAX_AHEAD;
        let time = read.time.filter(|time| !ahead(time));
        let named = candidates.clicks.first().or(candidates.forged.first());
        let id = self.identity(&read, named, time);
        let identified = id.is_some();
        let mut event = Event::assume_authentic(
            id.unwrap_or_else(|| self.arrival()),
            self.source.id.clone(),
            Interface::Postback,
            time.unwrap_or(self.received.at),
        );
        event.identified = identified;
        event.timed = time.is_some();
        event.silent = read.silent;
        event.clicks = candidates.clicks;
        event.forged = candidates.forged;
        event.received_at = self.received.at;
        event.name = read.type_word.as_ref().map(|word| word.counted().into());
        event.test = protocol.is_test(&read);
        event.kind = event.test.then_some(Kind::Test);
        event.status = read.status_word.clone();
        let currency = read.currency.unwrap_or(self.source.currency);
        event.sum = read.sum.map(|amount| Money { amount, currency });
        event.no_amount = read.no_amount;
        event.event_id = read.event_id.clone();
        event.order_id = read.order_id.clone();
        let is_doubted = |receipt: &Receipt| open || protocol.is_made_up(receipt);
        event.receipt = read.receipt.clone().filter(|receipt| !is_doubted(receipt));
        let is_numbered = |text: &&str| event.receipt.as_ref().is_some_and(|receipt| receipt.as_str() != *text);
        let numbered = read.receipt_text.as_deref().filter(is_numbered);
        event.rebill = numbered.and_then(|text| Receipt::split_rebill(text).1);
        event.parent = read.parent.clone().filter(|receipt| !is_doubted(receipt));
        event.parent.take_if(|parent| Some(&*parent) == event.receipt.as_ref());
        if own.is_empty() {
            // No slot has a role.
            event.parameters = read.parameters.clone();
        } else {
            for (name, value) in read.parameters.iter() {
                keep(&mut event, name, role_of(name), value);
            }
        }
        event.ignored = self.names_of(&read.ignored);
        let texts = self.source.names.names(Meaning::ClickId);
        self.note_named(&mut event, texts.filter_map(|name| query.raw(name).ok()?));
        if event.event_id.is_none() {
            let names = self.source.names.names(Meaning::EventId);
            let mut texts = names.filter_map(|name| query.raw(name).ok()?);
            event.no_event_id = texts
                .next()
                .map(|text| Cut::new(text.trim(), MAX_NAMED).to_string().into());
        }
        Ok((event, read))
    }

    /// Returns the names of ignored parameters that the event keeps. Names that may be a token,
    /// pasted at the wrong place, are left out.
    fn names_of(&self, ignored: &[String]) -> Vec<Shared<str>> {
        let tokens = self.credentials.tokens(&self.source.id);
        let is_token = |name: &&String| tokens.iter().any(|token| token.matches(name.as_bytes()));
        let names = ignored.iter().filter(|name| !is_token(name));
        names.take(MAX_IGNORED).map(|name| name.as_str().into()).collect()
    }

    /// Checks the source's own parameters that have the role of an id. They have a meaning, so a
    /// fault in one refuses the postback.
    fn ids_are_read(&self, query: &Query<'_>) -> Result<(), InboundPostbackError> {
        let is_id = |role: &ParameterRole| matches!(role, ParameterRole::EventId | ParameterRole::OrderId);
        let rows = self.source.parameters.iter();
        let ids = rows.filter(|row| row.role.as_ref().is_some_and(is_id));
        for row in ids {
            query.value(&row.name)?;
        }
        Ok(())
    }

    /// Returns the event id by which a repeated message is recognised; none if the message has
    /// neither a receipt nor an id.
    fn identity(&self, read: &InboundPostback, click: Option<&ClickId>, time: Option<Timestamp>) -> Option<EventId> {
        let source = self.source;
        let by_receipt = || read.receipt_text.as_deref().map(|receipt| ("receipt", receipt));
        let by_id = read.event_id.as_deref().map(|id| ("id", id));
        let (what, id) = by_id.or_else(by_receipt)?;
        let default_type = source.default_type.as_ref().map_or("", |name| name.as_str());
        let implied_status = source.implied_status.map_or("", Status::as_str);
        let amount = read.sum.map(Amount::text).unwrap_or_default();
        let currency = read.currency.unwrap_or(source.currency);
        // The time is short, so that the hash takes only two blocks for most messages.
        let time = time.map(|time| time.unix_millis().to_string()).unwrap_or_default();
        let parts = [
            "postback",
            source.id.as_str(),
            what,
            id,
            click.map_or("", |click| click.as_str()),
            read.type_word.as_ref().map_or(default_type, |word| word.as_str()),
            read.status_word.as_deref().unwrap_or(implied_status),
            &amount,
            currency.as_str(),
            &time,
        ];
        // The id does not begin with the time: a repeated message without a time arrives at another
        // time.
        Some(EventId::of(None, &parts))
    }

    /// Returns an event id for a message that has no identity of its own.
    fn arrival(&self) -> EventId {
        let nonce = format!("{}:{}", self.received.at, self.received.nonce);
        let parts = ["postback arrival", self.source.id.as_str(), &nonce];
        EventId::of(Some(self.received.at.unix_seconds()), &parts)
    }

    /// Whether the type in a query is an open type. Both follow from it, or neither: the amount is
    /// not read, and no token is needed. A type that is repeated is refused later.
    pub(super) fn is_sent_by_anyone(&self, query: &Query<'_>) -> bool {
        let names = self.source.names.names(Meaning::Type);
        let words = names.filter_map(|name| query.value(name).ok()?);
        let mut words = words
            .map(str::trim)
            .filter(|word| !word.is_empty() && !is_unfilled_macro(word));
        words.next().is_some_and(|word| self.source.is_open(word))
    }

    /// Reads a query by the source's parameter names. For a type that anyone may send (`open`), the
    /// amount is not read: it does not count, so it cannot refuse the postback. The pixel of a
    /// protocol may put a list into the field of the click id; then each code of the list, not the
    /// whole, is limited to the length of a click id.
    fn read(&self, query: &Query<'_>, own: &[&str], open: bool) -> Result<InboundPostback, InboundPostbackError> {
        use Meaning::{ClickId, Currency, Sum};
        let names = &self.source.names;
        let codes = self.source.protocol.names_of_codes();
        let lists = !codes.is_empty();
        let unread: &[Meaning] = match (open, lists) {
            (false, _) => &[],
            (true, false) => &[Sum, Currency],
            (true, true) => &[Sum, Currency, ClickId],
        };
        let mut read = match unread {
            [] => InboundPostback::read(query, names, own)?,
            unread => InboundPostback::read(query, &names.without(unread), own)?,
        };
        if lists {
            // [`Intake::postback_candidates`] reads the codes.
            read.ignored
                .retain(|name| !codes.contains(&name.as_str()) && names.meaning(name) != Some(ClickId));
            for name in names.names(ClickId) {
                query.raw(name)?;
            }
        }
        Ok(read)
    }

    /// Returns the texts of a postback that may be a click id.
    fn postback_candidates<'q>(
        &self,
        query: &'q Query<'_>,
        read: &'q InboundPostback,
    ) -> impl Iterator<Item = Cow<'q, str>> {
        let word = read.type_word.as_ref().map(|word| word.as_str());
        let is_pixel = word.is_some_and(|word| self.source.is_open(word));
        let own = read.click_id.as_ref().map(|id| id.as_str());
        let codes = self.source.protocol.codes(query, &self.source.names, is_pixel);
        own.into_iter().chain(codes).map(Cow::Borrowed)
    }
}
