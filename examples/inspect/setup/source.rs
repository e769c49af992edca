//! A network that calls the postback URL: ClickBank's Postback/Pixel with one URL for each event, or any other.

use super::{Section, Setup, encoded, role};
use postback::event::Received;
use postback::network::Meaning;
use postback::tracker::{Reason, Source};
use postback::{Credentials, Query, Timestamp};

/// ClickBank's events that come by postback, as its page calls them, with the word that a postback has for them.
const CLICKBANK_EVENTS: &[(&str, &str)] = &[
    ("Order Form Impression", "ORDER_IMPRESSION"),
    ("Initial Purchase", "PURCHASE"),
    ("Upsell Purchase", "UPSELL"),
];

/// What a network's own macros stand for, where they are not known here.
const ASKED: &[(Meaning, &str)] = &[
    (Meaning::ClickId, "its macro for the click id"),
    (Meaning::Sum, "its macro for the amount"),
    (Meaning::Currency, "its macro for the currency"),
    (Meaning::Status, "its macro for the status"),
    (Meaning::EventId, "its macro for the id of the event"),
];

impl Setup<'_> {
    /// The postbacks of a source.
    pub(super) fn postbacks(&self, source: &Source) -> Section {
        if source.is_clickbank() {
            self.clickbank_postbacks(source)
        } else {
            self.any_postbacks(source)
        }
    }

    fn clickbank_postbacks(&self, source: &Source) -> Section {
        let mut section = Section::new(format!(
            "Offer source `{}`: ClickBank's Postback/Pixel (S2S)",
            source.id()
        ));
        let step =
            section.step("In ClickBank: Integrations > Postback/Pixels > Add Integrations > Custom Postback/Pixel.");
        step.with("Role", role(source));
        section.step("Choose these event types, and switch on one URL for each event type.");
        let step = section
            .step("Paste the URL of each event type. What stands in braces is ClickBank's to fill; leave it as it is.");
        for (title, word) in CLICKBANK_EVENTS {
            match self.type_of(source, word) {
                Named::Type(name) => drop(step.with(*title, self.postback_url(source, Some(&name)))),
                Named::Nothing => drop(step.with(*title, "leave it out: it is matched to None")),
                Named::Unknown => drop(step.with(
                    *title,
                    format!("leave it out, or match `{word}` to a conversion type in `[offer_source.events]` first"),
                )),
            }
        }
        section.step("Rebills, refunds and chargebacks do not come this way: they need the notifications (INS).");
        section
    }

    /// A network whose macros are the configuration's, if it has any.
    fn any_postbacks(&self, source: &Source) -> Section {
        let mut section = Section::new(format!(
            "Offer source `{}`: postbacks of {}",
            source.id(),
            source.title()
        ));
        let step = section.step(
            "In the network's settings paste the URL of each event, or of the default type alone if it has one postback for all.",
        );
        for (name, _) in self.tracker.conversion_types() {
            step.with(name.as_str(), self.postback_url(source, Some(name.as_str())));
        }
        let kind = source.parameter_name(Meaning::Type).unwrap_or("type");
        section.step(format!(
            "Where the network has a macro for its event's name, one URL is enough: write `{kind}=` and that macro, and match its names in \
             `[offer_source.events]`."
        ));
        let status = source.default_status();
        section.step(format!(
            "A conversion without a status is `{status}`, unless its offer has another `default_status`."
        ));
        section
    }

    /// The URL of a source's postbacks for a type: the network's macros, the type, the token.
    fn postback_url(&self, source: &Source, type_name: Option<&str>) -> String {
        let mut query = source.pasted_query();
        let mut add = |name: &str, value: &str| {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
            query.push_str(value);
        };
        if source.pasted_query().is_empty() {
            let mut own: Vec<&str> = source
                .parameters()
                .filter(|(_, text)| text.is_empty())
                .map(|(name, _)| name)
                .collect();
            for (meaning, what) in ASKED {
                // A row of the source's own table goes before another name of the same meaning.
                let row = own
                    .iter()
                    .position(|name| source.parameter_meaning(name) == Some(*meaning))
                    .map(|at| own.remove(at));
                if let Some(name) = row.or(source.parameter_name(*meaning)) {
                    add(name, &format!("<{what}>"));
                }
            }
            for name in own {
                add(name, &format!("<its macro for {name}>"));
            }
        }
        if let Some(type_name) = type_name {
            add(
                source.parameter_name(Meaning::Type).unwrap_or("type"),
                &encoded(type_name),
            );
        }
        if let [newest, ..] = source.tokens() {
            add(
                source.parameter_name(Meaning::Token).unwrap_or("token"),
                &self.secret_in_url(newest),
            );
        }
        format!("{}/postback/{}?{query}", self.source_base(source), source.id())
    }

    /// The type that a postback with this word would have.
    fn type_of(&self, source: &Source, word: &str) -> Named {
        let kind = source.parameter_name(Meaning::Type).unwrap_or("type");
        let query = format!("{kind}={word}");
        let received = Timestamp::from_unix_seconds(0).map(|at| Received { at, nonce: 0 });
        let event = received.ok().zip(Query::parse(query.as_bytes()).ok());
        let event = event.and_then(|(received, query)| source.postback(&query, received, &Credentials::default()).ok());
        let Some((event, _)) = event else {
            return Named::Unknown;
        };
        match self.tracker.entry_of(&event, None) {
            Ok(entry) if entry.known => Named::Type(entry.type_name.to_string()),
            Err(Reason::ChosenNone) => Named::Nothing,
            // The default type is what a first purchase is.
            _ if word == "PURCHASE" => Named::Type(self.tracker.default_type().to_string()),
            _ => Named::Unknown,
        }
    }
}

enum Named {
    Type(String),
    Nothing,
    Unknown,
}
