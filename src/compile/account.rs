//! What belongs to the account as a whole: currency, statuses, types, rates, domains, the keys of
//! click ids.

use super::rows::{amount, is_default, named, references};
use super::{MAX_ROWS, MAX_TYPES};
use crate::config::{MAX_ENTRIES, Refusal, Table, date_or_time, one_of};
use crate::model::{Counts, Duplicates, Status};
use crate::tracker::compiled::{ConversionType, Domain};
use crate::tracker::rates::Rates;
use crate::value::{Currency, DomainId, SecretReference, TypeName};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};
use url::Url;

pub(super) struct Account {
    pub(super) currency: Currency,
    pub(super) revenue_statuses: BTreeSet<Status>,
    pub(super) types: BTreeMap<TypeName, ConversionType>,
    pub(super) default_type: Option<TypeName>,
    pub(super) rates: Rates,
    pub(super) domains: BTreeMap<DomainId, Domain>,
    pub(super) click_id_keys: Vec<SecretReference>,
}

pub(super) fn read(root: &Table<'_>) -> Account {
    let currency = root.parsed("currency", str::parse).unwrap_or(Currency::USD);
    root.parsed("timezone", timezone);
    let (types, default_type) = types(root);
    Account {
        currency,
        revenue_statuses: revenue_statuses(root),
        types,
        default_type,
        rates: rates(root),
        domains: domains(root),
        click_id_keys: click_id_keys(root),
    }
}

fn revenue_statuses(root: &Table<'_>) -> BTreeSet<Status> {
    if !root.has("revenue_statuses") {
        return [Status::Approved, Status::Other].into();
    }
    let read = |word| one_of(word, "a status", Status::ALL);
    root.parsed_list("revenue_statuses", MAX_ENTRIES, read)
        .into_iter()
        .collect()
}

fn types(root: &Table<'_>) -> (BTreeMap<TypeName, ConversionType>, Option<TypeName>) {
    const KEYS: &[&str] = &["name", "default", "counts", "duplicates"];
    let mut default = None;
    let mut has_default = false;
    let mut types: BTreeMap<TypeName, ConversionType> = named(
        root,
        "conversion_type",
        MAX_TYPES,
        KEYS,
        |row, name: Option<&TypeName>| {
            let counts = row.word("counts", "a way to count", Counts::ALL);
            let duplicates = row.word("duplicates", "a duplicate policy", Duplicates::ALL);
            if is_default(row, "type", &mut has_default) {
                default = name.cloned();
            }
            Some(ConversionType {
                name: name?.clone(),
                counts: counts.unwrap_or(Counts::Sale),
                duplicates,
                // Known when all of them are.
                index: 0,
            })
        },
    );
    if !has_default {
        root.problem(
            "conversion_type",
            "no type has `default = true`; conversions without a type need one",
        );
    }
    for (index, known) in types.values_mut().enumerate() {
        known.index = index;
    }
    (types, default)
}

fn rates(root: &Table<'_>) -> Rates {
    let mut rates = Rates::default();
    let mut seen = BTreeSet::new();
    for row in root.rows("rate", MAX_ROWS) {
        row.only(&["from", "to", "rate", "since"]);
        let from: Option<Currency> = row.needed("from", str::parse);
        let to: Option<Currency> = row.needed("to", str::parse);
        let rate = row.needed("rate", amount);
        let since = row.needed("since", date_or_time);
        if rate.is_some_and(|rate| rate.is_zero()) {
            row.problem("rate", "is zero");
        }
        let (Some(from), Some(to), Some(rate), Some(since)) = (from, to, rate, since) else {
            continue;
        };
        if from == to {
            row.problem("to", format!("a rate from {from} to itself is always 1"));
        } else if !seen.insert((from, to, since)) {
            row.problem(
                "since",
                format!("there are two rates from {from} to {to} since {since}"),
            );
        }
        rates.insert(from, to, since, rate);
    }
    rates
}

fn domains(root: &Table<'_>) -> BTreeMap<DomainId, Domain> {
    named(root, "domain", MAX_ROWS, &["id", "url", "fallback"], |row, _| {
        let url = row.needed("url", domain_url);
        let fallback = row.parsed("fallback", |text| match web_url(text) {
            Some(_) => Ok(text.into()),
            None => Err(format!(
                "`{}` is not an absolute http or https URL",
                text.escape_debug()
            )),
        });
        Some(Domain { url: url?, fallback })
    })
}

/// The URL without a slash at the end.
fn domain_url(text: &str) -> Result<String, String> {
    let is_bare = |url: &Url| url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    match web_url(text).filter(is_bare) {
        Some(url) => Ok(url.origin().ascii_serialization()),
        None => Err(format!(
            "`{}` is not the URL of a domain, as in `https://trk.example.com`",
            text.escape_debug()
        )),
    }
}

fn web_url(text: &str) -> Option<Url> {
    // The parser drops some of these silently, so the URL would not be the one that was written.
    let clean = !text.chars().any(|c| c.is_control() || c.is_whitespace());
    let url = Url::parse(text).ok().filter(|_| clean)?;
    let plain = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && plain).then_some(url)
}

fn click_id_keys(root: &Table<'_>) -> Vec<SecretReference> {
    let Some(table) = root.table("click_id") else {
        return Vec::new();
    };
    table.only(&["keys"]);
    references(&table, "keys")
}

/// The form of an IANA time zone's name; which names there are is the host's knowledge.
fn timezone(text: &str) -> Result<(), Refusal> {
    /// The longest name of the IANA database has 32 bytes.
    const LONGEST: usize = 64;
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
    };
    if text.len() <= LONGEST && text.split('/').all(part) {
        return Ok(());
    }
    Err(format!(
        "`{}` is not the name of a time zone, as in `America/Los_Angeles`",
        text.escape_debug()
    )
    .into())
}
