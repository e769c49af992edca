//! A network that calls the postback URL: ClickBank's Postback/Pixel with one URL for each event,
//! or any other network.

use super::{Section, Setup, encoded, role};
use postback::clickbank::{
    Settings,
    s2s::{EVENTS, EventType},
};
use postback::definition::Protocol;
use postback::intake::Intake;
use postback::network::Meaning;
use postback::plan::Reason;
use postback::setup::pasted_query;
use postback::tracker::Source;
use postback::{Credentials, Decision, Query, Received, Timestamp};

/// The placeholders for macros of a network that are not known here.
const ASKED: &[(Meaning, &str)] = &[
    (Meaning::ClickId, "its macro for the click id"),
    (Meaning::Sum, "its macro for the amount"),
    (Meaning::Currency, "its macro for the currency"),
    (Meaning::Status, "its macro for the status"),
    (Meaning::EventId, "its macro for the id of the event"),
];

impl Setup<'_> {
    /// The steps for the postbacks of a source.
    pub(super) fn postbacks(&self, source: &Source) -> Section {
        match source.protocol() {
            Protocol::ClickBank(settings) => self.clickbank_postbacks(source, settings),
            _ => self.any_postbacks(source),
        }
    }

    fn clickbank_postbacks(&self, source: &Source, settings: &Settings) -> Section {
        let mut section = Section::new(format!(
            "Offer source `{}`: ClickBank's Postback/Pixel (S2S)",
            source.id()
        ));
        let step =
            section.step("In ClickBank: Integrations > Postback/Pixels > Add Integrations > Custom Postback/Pixel.");
        step.with("Role", role(settings));
        let one_url = names_its_type(source).then(|| self.postback_url(source, None));
        let step = match &one_url {
            Some(url) => section
                .step(
                    "Choose these event types, and paste this URL once: it asks ClickBank for the event's word. What stands in braces is \
                     ClickBank's to fill; leave it as it is.",
                )
                .with("URL", url),
            None => {
                section.step("Choose these event types, and switch on one URL for each event type.");
                section.step(
                    "Paste the URL of each event type. What stands in braces is ClickBank's to fill; leave it as it is.",
                )
            }
        };
        for event in EVENTS {
            let title = event.title;
            match self.type_of(source, event) {
                Named::Type(name) if one_url.is_some() => drop(step.with(title, format!("becomes {name}"))),
                Named::Type(name) => drop(step.with(title, self.postback_url(source, Some(&name)))),
                Named::Nothing => drop(step.with(title, "leave it out: it is matched to None")),
                Named::Unknown => drop(step.with(
                    title,
                    format!(
                        "leave it out, or match `{}` to a conversion type in `[offer_source.events]` first",
                        event.word
                    ),
                )),
                Named::Twice => drop(step.with(
                    title,
                    "leave it out: it is the initial purchase and its upsells once more, and would count them twice",
                )),
            }
        }
        let pasted = pasted_query(source);
        let kept = match pasted.contains("{aff_sub1}") && pasted.contains("{receipt_id}") {
            true => "by which the postback is known as a test",
            false => "so the postback is kept as unattributed",
        };
        section.step(format!(
            "Press Test beside each event type. Its values are made up, {kept}; it counts nothing."
        ));
        section.step("Rebills, refunds and chargebacks do not come this way: they need the notifications (INS).");
        section
    }

    /// The steps for a network whose macros are in the configuration, if anywhere.
    fn any_postbacks(&self, source: &Source) -> Section {
        let mut section = Section::new(format!(
            "Offer source `{}`: postbacks of {}",
            source.id(),
            source.title()
        ));
        let step = section.step(
            "In the network's settings paste the URL of each event, or of the default type alone if it has one postback for all.",
        );
        if names_its_type(source) {
            step.with("all", self.postback_url(source, None));
        } else {
            for (name, _) in self.tracker.conversion_types() {
                step.with(name.as_str(), self.postback_url(source, Some(name.as_str())));
            }
            let kind = source.parameter_name(Meaning::Type).unwrap_or("type");
            section.step(format!(
                "Where the network has a macro for its event's name, one URL is enough: write `{kind}=` and that macro, and match its names in \
                 `[offer_source.events]`."
            ));
        }
        let status = source.default_status();
        section.step(format!(
            "A conversion without a status is `{status}`, unless its offer has another `default_status`."
        ));
        section
    }

    /// Returns the URL of a source's postbacks, with the network's macros, the token, and the type
    /// unless a macro gives it.
    fn postback_url(&self, source: &Source, type_name: Option<&str>) -> String {
        let mut query = pasted_query(source);
        let mut add = |name: &str, value: &str| {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
            query.push_str(value);
        };
        let unsaid = unsaid(source);
        let mut own: Vec<&str> = source
            .parameters()
            .filter(|(_, text)| text.is_empty())
            .map(|(name, _)| name)
            .collect();
        for (meaning, what) in unsaid {
            // A row of the source's own table takes precedence over another name with the same
            // meaning.
            let row = own
                .iter()
                .position(|name| source.parameter_meaning(name) == Some(*meaning))
                .map(|at| own.remove(at));
            if let Some(name) = row.or(source.parameter_name(*meaning)) {
                add(name, &format!("<{what}>"));
            }
        }
        if pasted_query(source).is_empty() {
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

    /// Returns the type of a postback for this event: the type with the event's own title, which
    /// the guide tells people to add, otherwise the type to which its word is matched.
    fn type_of(&self, source: &Source, event: &EventType) -> Named {
        let purchases = ["PURCHASE", "UPSELL"];
        let is_named = |event: &EventType| !matches!(self.type_named(source, event), Named::Nothing | Named::Unknown);
        if event.word == "COMBINED_CONVERSION"
            && EVENTS.iter().any(|one| purchases.contains(&one.word) && is_named(one))
        {
            return Named::Twice;
        }
        self.type_named(source, event)
    }

    fn type_named(&self, source: &Source, event: &EventType) -> Named {
        let read = |word: &str| {
            let kind = source.parameter_name(Meaning::Type).unwrap_or("type");
            let query = format!("{kind}={}", encoded(word));
            let at = Timestamp::from_unix_seconds(0).ok()?;
            let query = Query::parse(query.as_bytes()).ok()?;
            let event = Intake::new(source, &Credentials::default(), Received { at, nonce: 0 })
                .assume_authorized()
                .postback(&query);
            Some(Decision::new(self.tracker).entry_of(&event.ok()?.0, None))
        };
        let named = |word: &str| match read(word)? {
            Ok(entry) if entry.known => Some(Named::Type(entry.type_name.to_string())),
            Err(Reason::ChosenNone) => Some(Named::Nothing),
            _ => None,
        };
        let by_title = named(event.title).filter(|named| matches!(named, Named::Type(name) if name == event.title));
        by_title
            .or_else(|| named(event.word))
            .unwrap_or_else(|| match event.word {
                // A first purchase has the default type.
                "PURCHASE" => Named::Type(self.tracker.default_type().to_string()),
                _ => Named::Unknown,
            })
    }
}

/// Returns the parameters that a network must be asked for besides the configured macros: all of
/// them if the macros are not enough to attribute a conversion, otherwise at least the amount.
fn unsaid(source: &Source) -> Vec<&'static (Meaning, &'static str)> {
    let pasted = pasted_query(source);
    let names = pasted.split('&').filter_map(|pair| pair.split('=').next());
    let said: Vec<Meaning> = names.filter_map(|name| source.parameter_meaning(name)).collect();
    let is_enough = said.contains(&Meaning::ClickId);
    let asked = ASKED.iter().filter(|(meaning, _)| !said.contains(meaning));
    asked
        .filter(|(meaning, _)| !is_enough || *meaning == Meaning::Sum)
        .collect()
}

/// Whether the pasted URL asks the network for the event's name. A second parameter with the name
/// behind it would be refused as repeated.
fn names_its_type(source: &Source) -> bool {
    let pasted = pasted_query(source);
    let names = pasted.split('&').filter_map(|pair| pair.split('=').next());
    names
        .into_iter()
        .any(|name| source.parameter_meaning(name) == Some(Meaning::Type))
}

enum Named {
    Type(String),
    Nothing,
    Unknown,
    /// Another event reports it too.
    Twice,
}
