//! What was read from a postback, and what is doubtful about it.

use super::{Asked, pasted};
use crate::{secrets, stray};
use postback::definition::Protocol;
use postback::intake::Intake;
use postback::model::{Counts, ParameterRole};
use postback::network::Meaning;
use postback::plan::Reason;
use postback::tracker::Source;
use postback::value::{ClickId, EventId, Receipt, SecretReference, TypeName, is_unfilled_macro};
use postback::{Credentials, Decision, Event, Money, Query, Received, Secret, Timestamp, Tracker};
use serde::Serialize;
use std::collections::BTreeMap;

/// A postback as it is understood.
#[derive(Debug, Serialize)]
pub(crate) struct Read {
    /// What was removed from the pasted text to get the URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pasted: Option<String>,
    pub(crate) source: String,
    /// The identity by which a repeat of the message is recognised. None: each arrival is a new
    /// event.
    pub(crate) identity: Option<EventId>,
    pub(crate) test: bool,
    /// When it happened, if the network says so.
    pub(crate) at: Option<Timestamp>,
    pub(crate) type_word: Option<String>,
    pub(crate) kind: Option<String>,
    #[serde(rename = "type")]
    pub(crate) type_name: Option<TypeName>,
    pub(crate) counts: Option<Counts>,
    pub(crate) status_word: Option<String>,
    pub(crate) status: Option<&'static str>,
    pub(crate) sum: Option<Money>,
    pub(crate) clicks: Vec<Candidate>,
    pub(crate) receipt: Option<Receipt>,
    pub(crate) parent: Option<Receipt>,
    pub(crate) event_id: Option<String>,
    pub(crate) order_id: Option<String>,
    pub(crate) parameters: BTreeMap<String, String>,
    /// The names of its personal parameters, without their values.
    pub(crate) personal: Vec<String>,
    pub(crate) token: Token,
    /// The addresses that may call. If there is none, any address may, at least with an open type.
    pub(crate) allow_ips: Vec<String>,
    /// Names that mean nothing here.
    pub(crate) ignored: Vec<String>,
    /// Macros that the network left unfilled; they count as missing values. For personal parameters
    /// and the token only the name is given.
    pub(crate) unfilled: Vec<String>,
    pub(crate) warnings: Vec<String>,
}

/// A text that may be a click id.
#[derive(Debug, Serialize)]
pub(crate) struct Candidate {
    pub(crate) id: ClickId,
    pub(crate) is: Made,
}

/// Who made a click id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Made {
    /// It was made and signed here.
    Ours,
    /// It has the form of ours, but there is no key to check it.
    Unchecked,
    /// It has the form of ours, but none of the keys has signed it.
    Forged,
    /// Another tracker made it.
    Foreign,
}

/// The result of checking the postback's token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Token {
    NotAsked,
    Open,
    Right,
    Wrong,
    Missing,
    Unchecked,
}

pub(crate) fn read(
    tracker: &Tracker,
    source: &Source,
    asked: Asked<'_>,
    received: Received,
    credentials: &Credentials,
    missing_keys: &[&SecretReference],
) -> Result<Read, String> {
    let query = Query::parse_each(asked.query).map_err(|error| error.to_string())?;
    let (event, postback) = Intake::new(source, credentials, received)
        .assume_authorized()
        .postback(&query)
        .map_err(|error| error.to_string())?;
    let entry = Decision::new(tracker).entry_of(&event, None);
    let known = entry.as_ref().ok().filter(|entry| entry.known);
    let counts = known.and_then(|entry| counts(tracker, &entry.type_name));
    let open = event.name.as_deref().is_some_and(|word| source.is_open(word));
    let token = match (source.tokens(), &postback.token) {
        ([], _) => Token::NotAsked,
        _ if open => Token::Open,
        (_, None) => Token::Missing,
        (known, Some(presented)) => compared(known, presented),
    };
    let allow_ips = match open {
        true => Vec::new(),
        false => source.allow_ips().iter().map(ToString::to_string).collect(),
    };
    let unfilled = unfilled(source, &query, &postback.ignored);
    let mut warnings = pasted::doubts(tracker, source, asked.url, &query, &postback.ignored);
    warnings.extend(doubts(tracker, source, &event, entry.as_ref().err().copied()));
    let doubt = entry
        .as_ref()
        .ok()
        .and_then(|entry| Decision::new(tracker).status_doubt(&event, entry));
    warnings.extend(doubt.map(|reason| format!("its status: {}", reason.text())));
    if matches!(source.protocol(), Protocol::ClickBank(_)) {
        warnings.extend(stray::made_up(&postback, event.test));
    }
    if counts == Some(Counts::Sale)
        && entry
            .as_ref()
            .is_ok_and(|entry| entry.sum.is_none() && entry.kind.adds())
    {
        warnings.push("it has no amount: the offer's `payout` stands in; without one it earns nothing, and a postback that needs the amount does not fire".into());
    }
    for key in missing_keys {
        warnings.push(format!("click ids cannot be checked: `{key}` is not set here"));
    }
    match token {
        Token::Wrong => warnings.push("the token is wrong: the server answers 403".into()),
        Token::Missing => warnings.push("the token is missing: the server answers 403".into()),
        Token::NotAsked | Token::Open | Token::Right | Token::Unchecked => {}
    }
    let signs = !tracker.click_id_references().is_empty() && missing_keys.is_empty();
    let entry = entry.ok();
    Ok(Read {
        pasted: None,
        source: source.id().to_string(),
        identity: event.identified.then(|| event.id.clone()),
        test: event.test,
        at: event.timed.then_some(event.at),
        type_word: event.name.as_deref().map(str::to_owned),
        kind: entry.as_ref().map(|entry| entry.kind.to_string()),
        counts,
        status_word: event.status.as_deref().map(str::to_owned),
        status: entry.as_ref().map(|entry| entry.status.as_str()),
        sum: entry.as_ref().map_or(event.sum, |entry| entry.sum),
        type_name: entry.map(|entry| entry.type_name),
        clicks: candidates(&event, credentials, signs),
        receipt: event.receipt,
        parent: event.parent,
        event_id: event.event_id.as_deref().map(str::to_owned),
        order_id: event.order_id.as_deref().map(str::to_owned),
        parameters: event
            .parameters
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        personal: event.private.into_keys().collect(),
        token,
        allow_ips,
        ignored: postback.ignored,
        unfilled,
        warnings,
    })
}

fn counts(tracker: &Tracker, name: &TypeName) -> Option<Counts> {
    let mut types = tracker.conversion_types();
    types.find(|(known, _)| *known == name).map(|(_, counts)| counts)
}

fn candidates(event: &Event, credentials: &Credentials, signs: bool) -> Vec<Candidate> {
    use postback::tracker::Recognised;
    let named = event.clicks.iter().map(|id| {
        let is = match credentials.click_ids().recognise(id.as_str()) {
            Recognised::Ours(_) if signs => Made::Ours,
            Recognised::Ours(_) => Made::Unchecked,
            _ => Made::Foreign,
        };
        Candidate { id: id.clone(), is }
    });
    let forged = event.forged.iter().map(|id| Candidate {
        id: id.clone(),
        is: Made::Forged,
    });
    named.chain(forged).collect()
}

fn compared(references: &[SecretReference], presented: &Secret) -> Token {
    let known: Vec<_> = references.iter().map(secrets::of_reference).collect();
    if known.iter().flatten().any(|known| known.matches(presented.expose())) {
        Token::Right
    } else if known.iter().any(Option::is_none) {
        Token::Unchecked
    } else {
        Token::Wrong
    }
}

/// Returns each unfilled macro as `name=value`, unless its parameter means nothing. For personal
/// parameters and the token it returns only the name, since a value that looks like a macro may be
/// a real one all the same.
fn unfilled(source: &Source, query: &Query<'_>, ignored: &[String]) -> Vec<String> {
    let roles = source.roles();
    let means = |name: &str| !ignored.iter().any(|ignored| ignored == name);
    let hidden = |name: &str| {
        let role = roles.get(name).copied().flatten();
        role.is_some_and(ParameterRole::is_private) || source.parameter_meaning(name) == Some(Meaning::Token)
    };
    let unfilled = query
        .pairs()
        .filter(|(name, value)| means(name) && is_unfilled_macro(value));
    let told = unfilled.map(|(name, value)| match hidden(name) {
        true => name.to_string(),
        false => format!("{name}={value}"),
    });
    told.collect()
}

fn doubts(tracker: &Tracker, source: &Source, event: &Event, nothing: Option<Reason>) -> Vec<String> {
    let mut found = Vec::new();
    if event.clicks.is_empty() && event.receipt.is_none() && event.parent.is_none() {
        let name = source.parameter_name(Meaning::ClickId).unwrap_or("clickid");
        found.push(match event.forged.is_empty() {
            true => format!("it names no click (`{name}`) and no receipt: it will not be attributed"),
            false => "none of the keys has signed its click id: it will be attributed only if the very click is stored"
                .into(),
        });
    }
    if !event.identified {
        found.push("it has no event id and no receipt: a repeat of it cannot be told from a new conversion".into());
    }
    let mut types = tracker.conversion_types().map(|(name, _)| name.as_str());
    match (nothing, event.name.as_deref()) {
        (Some(reason), _) => found.push(format!("it makes no conversion: {}", reason.text())),
        (None, Some(word))
            if Decision::new(tracker)
                .entry_of(event, None)
                .is_ok_and(|entry| !entry.known) =>
        {
            let near = types.find(|name| name.eq_ignore_ascii_case(word));
            let near = near.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
            found.push(format!(
                "no conversion type is called `{word}`: it is kept and fires nothing{near}"
            ));
        }
        _ => {}
    }
    found
}
