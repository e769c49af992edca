//! Says whether a source of a configuration would accept a notification, and what is odd about it.

use crate::postback::now;
use crate::{Refused, configuration};
use postback::clickbank::s2s::{TEST_RECEIPT, TEST_SUB};
use postback::clickbank::{self, Settings};
use postback::definition::Protocol;
use postback::intake::{Intake, Message};
use postback::model::AccountRole;
use postback::tracker::Source;
use postback::value::is_unfilled_macro;
use postback::{Credentials, Received, Timestamp, Tracker};
use serde::Serialize;
use std::path::Path;

/// The sources to which a notification may have been posted.
pub(crate) struct Sources {
    tracker: Tracker,
    now: Timestamp,
}

/// What one source would do with a notification.
#[derive(Serialize)]
pub(crate) struct Verdict {
    source: String,
    takes: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

impl Verdict {
    pub(crate) fn takes(&self) -> bool {
        self.takes
    }

    /// Returns the texts to print, one for each line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let source = &self.source;
        let first = match &self.refusal {
            Some(refusal) => format!("source `{source}`: would refuse it: {refusal}"),
            None => format!("source `{source}`: would take it"),
        };
        let notes = self.notes.iter().map(|note| format!("source `{source}`: {note}"));
        std::iter::once(first).chain(notes).collect()
    }
}

impl Sources {
    pub(crate) fn read(path: &Path) -> Result<Self, Refused> {
        let (_, tracker) = configuration::read(path)?;
        let sources = Self { tracker, now: now()? };
        let has_one = sources.clickbank().next().is_some();
        match has_one {
            true => Ok(sources),
            false => Err(Refused(format!(
                "`{}` has no offer source for ClickBank; say `protocol = \"clickbank\"`",
                path.display()
            ))),
        }
    }

    pub(crate) fn verdicts(&self, message: &Message<'_>) -> Vec<Verdict> {
        self.clickbank()
            .map(|(source, settings)| self.verdict(source, settings, message))
            .collect()
    }

    fn clickbank(&self) -> impl Iterator<Item = (&Source, &Settings)> {
        self.tracker.sources().filter_map(|source| match source.protocol() {
            Protocol::ClickBank(settings) => Some((source, settings)),
            _ => None,
        })
    }

    fn verdict(&self, source: &Source, settings: &Settings, message: &Message<'_>) -> Verdict {
        let (credentials, received) = (Credentials::default(), Received { at: self.now, nonce: 0 });
        let told = Intake::new(source, &credentials, received)
            .assume_authorized()
            .message(message.clone());
        let refusal = match &told {
            Err(refused) => Some(refused.to_string()),
            Ok(_) if settings.secrets.is_empty() => Some("it has no `secrets`, so it opens no notification".into()),
            Ok(_) => None,
        };
        let mut notes: Vec<String> = role(settings, message).into_iter().collect();
        if let Ok(event) = told {
            notes.extend(odd(settings, message));
            let clicks: Vec<&str> = event.clicks.iter().map(|id| id.as_str()).collect();
            notes.push(match clicks.as_slice() {
                [] => "no click id is at a path of `click_id_from`".into(),
                found => format!("click id {}", found.join(", else ")),
            });
        }
        Verdict {
            source: source.id().to_string(),
            takes: refusal.is_none(),
            refusal,
            notes,
        }
    }
}

/// Returns a note if a notification is from an account with another role.
fn role(settings: &Settings, message: &Message<'_>) -> Option<String> {
    let Message::ClickBank(message) = message else {
        return None;
    };
    let role = match message {
        clickbank::Message::Notification(read) => read.role(),
        clickbank::Message::Form(read) => read.role(),
        _ => None,
    }?;
    let (own, word) = match settings.account_role? {
        AccountRole::Vendor => ("VENDOR", "vendor"),
        AccountRole::Affiliate => ("AFFILIATE", "affiliate"),
    };
    (role != own).then(|| {
        format!(
            "it is of role {role}, and the source says `account_role = \"{word}\"`: amount and click id are those of {role}; give that account a \
             source of its own if it is another one"
        )
    })
}

/// Returns the texts in place of a click id that are not click ids.
fn odd(settings: &Settings, message: &Message<'_>) -> Vec<String> {
    let Message::ClickBank(clickbank::Message::Notification(read)) = message else {
        return Vec::new();
    };
    let at = settings.click_id_from.iter().flat_map(|path| {
        let codes: Vec<&str> = match path.as_str() {
            "trackingCodes" => read.tracking_codes().collect(),
            _ => read.lookup(path).into_iter().collect(),
        };
        codes.into_iter().map(move |text| (path, text))
    });
    at.filter_map(|(path, text)| Some(format!("`{path}` holds `{text}`: {}", why(text)?)))
        .collect()
}

fn why(text: &str) -> Option<&'static str> {
    match text {
        "undefined" | "null" | "NaN" | "[object Object]" => {
            Some("a script wrote it into the link in place of the click id")
        }
        TEST_RECEIPT | TEST_SUB => Some("ClickBank's Test button and its examples fill it in"),
        _ => is_unfilled_macro(text).then_some("a macro that nobody filled: the link was not made by this tracker"),
    }
}
