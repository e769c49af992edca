//! Reads clicks and events in the forms in which a person has them.

use crate::postback::split;
use postback::intake::Intake;
use postback::value::Pii;
use postback::{Click, Credentials, Event, Notification, Query, Received, Timestamp, Tracker};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// What reading an event needs.
pub(crate) struct Input<'a> {
    pub(crate) tracker: &'a Tracker,
    pub(crate) credentials: &'a Credentials,
    /// The time of arrival for an event that names none.
    pub(crate) now: Timestamp,
}

/// The personal values of a click, by macro name.
#[derive(Deserialize)]
struct Added {
    #[serde(default)]
    private: BTreeMap<String, String>,
}

/// The keys by which the forms are recognised.
#[derive(Deserialize)]
struct Form<'a> {
    #[serde(borrow)]
    items: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    postback: Option<&'a RawValue>,
    #[serde(borrow)]
    notification: Option<&'a RawValue>,
    at: Option<&'a RawValue>,
    #[serde(borrow, rename = "transactionType")]
    transaction_type: Option<&'a RawValue>,
}

impl Input<'_> {
    /// Reads a click as it is recorded, with the personal values that are added to it.
    pub(crate) fn click(&self, text: &str) -> Result<Click, String> {
        let bad = |error: serde_json::Error| format!("the click cannot be read: {error}");
        let mut click: Click = serde_json::from_str(text).map_err(bad)?;
        let added: Added = serde_json::from_str(text).map_err(bad)?;
        let values = added.private.into_iter();
        click.private = values.map(|(name, value)| (name, Pii::new(value))).collect();
        Ok(click)
    }

    /// Reads the events in a text, in their order; at least one.
    pub(crate) fn events(&self, text: &str, click: &Click) -> Result<Vec<Event>, String> {
        let mut events = Vec::new();
        for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
            let value = value.map_err(|error| format!("the event is no JSON: {error}"))?;
            match serde_json::from_str::<Vec<&RawValue>>(value.get()) {
                Ok(list) => list
                    .into_iter()
                    .try_for_each(|value| self.event(value.get(), click, &mut events))?,
                Err(_) => self.event(value.get(), click, &mut events)?,
            }
        }
        match events.is_empty() {
            true => Err("there is no event".into()),
            false => Ok(events),
        }
    }

    fn event(&self, text: &str, click: &Click, events: &mut Vec<Event>) -> Result<(), String> {
        let form: Form<'_> =
            serde_json::from_str(text).map_err(|error| format!("the event cannot be read: {error}"))?;
        if let Some(items) = form.items {
            let mut listed = Vec::new();
            items
                .into_iter()
                .try_for_each(|item| self.event(item.get(), click, &mut listed))?;
            // The server lists the newest event first. Reversing the list before sorting keeps the
            // order of events with the same time.
            listed.reverse();
            listed.sort_by_key(|event| event.received_at);
            events.append(&mut listed);
            return Ok(());
        }
        let at = || match form.at {
            None => Ok(self.now),
            Some(at) => serde_json::from_str(at.get()).map_err(|error| format!("`at` cannot be read: {error}")),
        };
        let received = |at| Received {
            at,
            nonce: u64::try_from(events.len()).unwrap_or_default(),
        };
        let event = if let Some(row) = form.event.filter(|row| row.get().starts_with('{')) {
            serde_json::from_str(row.get()).map_err(|error| format!("the event cannot be read: {error}"))
        } else if let Some(asked) = form.postback {
            self.postback(asked.get(), received(at()?))
        } else if let Some(notification) = form.notification {
            self.notification(notification.get(), click, received(at()?))
        } else if form.transaction_type.is_some() {
            self.notification(text, click, received(self.now))
        } else {
            serde_json::from_str(text).map_err(|error| format!("the event cannot be read: {error}"))
        };
        events.push(event?);
        Ok(())
    }

    fn postback(&self, json: &str, received: Received) -> Result<Event, String> {
        let asked: String =
            serde_json::from_str(json).map_err(|error| format!("`postback` cannot be read: {error}"))?;
        let (source, query) = split(self.tracker, asked.as_bytes())?;
        let query = Query::parse_each(query).map_err(|error| error.to_string())?;
        let read = Intake::new(source, self.credentials, received)
            .assume_authorized()
            .postback(&query);
        read.map(|(event, _)| event).map_err(|error| error.to_string())
    }

    /// A notification does not say to which source it was posted, so the source of the click is
    /// used.
    fn notification(&self, text: &str, click: &Click, received: Received) -> Result<Event, String> {
        let notification =
            Notification::parse(text.as_bytes()).map_err(|fault| format!("the notification: {fault}"))?;
        let source = self.tracker.source(Some(click.source.as_str()));
        let source = source.ok_or_else(|| format!("offer source `{}` of the click is not configured", click.source))?;
        Intake::new(source, self.credentials, received)
            .assume_authorized()
            .message(&notification)
            .map_err(|error| error.to_string())
    }
}
