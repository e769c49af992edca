//! Layer 3: from a document to a [`Tracker`].
//!
//! Every reference is resolved, every template parsed, every rule indexed, and every problem
//! reported.

mod account;
mod campaign;
mod channel;
mod later;
mod offer;
mod parameter;
mod postback;
mod reach;
mod request;
mod rows;
mod source;
#[cfg(test)]
mod tests;
mod words;

pub use campaign::MAX_WEIGHT;
pub use request::MAX_ATTEMPTS;

pub(crate) use reach::Reach;
pub(crate) use words::{MATCHED, kind_of};

use crate::config::{Document, Node, Problems, Refusal, Report, Table};
use crate::tracker::compiled::{ConversionType, Tracker};
use crate::value::{Currency, Namespace, TypeName};
use alloc::collections::{BTreeMap, BTreeSet};
use rows::refer;

/// The most rows of a top-level list (campaigns, offers, sources, channels, domains, rates): ten
/// times the largest accounts in the field.
pub const MAX_ROWS: usize = 10_000;
/// The most conversion types: the trackers of the field allow 40, and each costs one bit for each
/// postback.
pub const MAX_TYPES: usize = 256;
/// The most secrets of one use (keys, tokens) that may be live at once: a new one, an old one, and
/// room for two interfaces.
pub const MAX_REFERENCES: usize = crate::clickbank::envelope::MAX_SECRETS;

/// What a document is compiled for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompileOptions {
    /// The tenant; part of every delivery's id.
    pub namespace: Namespace,
}

impl Default for CompileOptions {
    /// For the tenant `default`.
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "a constant text that every test compiles with")]
        let namespace = Namespace::new("default").expect("a word is a namespace");
        Self { namespace }
    }
}

impl CompileOptions {
    /// For this tenant.
    #[must_use]
    pub fn new(namespace: Namespace) -> Self {
        Self { namespace }
    }
}

/// The keys of a document.
const ROOT: &[&str] = &[
    "version",
    "currency",
    "timezone",
    "revenue_statuses",
    "click_id",
    "domain",
    "conversion_type",
    "offer_source",
    "offer",
    "rate",
    "conversion_api",
    "traffic_channel",
    "campaign",
];

/// Compiles a document.
///
/// ```
/// use postback::{CompileOptions, Document, compile};
/// let document = Document::from_json(r#"{"version": 1, "conversion_type": [{"name": "Sale", "defualt": true}]}"#)?;
/// let problems = compile(&document, &CompileOptions::new("main".parse()?)).unwrap_err();
/// assert_eq!(
///     problems.to_string(),
///     "conversion_type[0].defualt: there is no such key; did you mean `default`?\n\
///      conversion_type: no type has `default = true`; conversions without a type need one",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Conversion APIs (`[[conversion_api]]`, `[[campaign.conversion_api]]`), a channel's `api`, the
/// `timezone` and the cost models other than `cpc` are checked for their shape and change nothing
/// yet; [`lint`](crate::lint::lint) names each that does.
///
/// # Errors
/// Rejects, all at once, each with its path:
/// - a version other than 1; a key that no table has; a value of another kind; over [`MAX_ROWS`],
///   [`MAX_TYPES`], [`MAX_REFERENCES`] or
///   [`MAX_ENTRIES`](crate::config::MAX_ENTRIES) entries
/// - an id, a name or a word that is none, is given twice or is missing; a reference to what is not
///   defined; an unknown template
/// - no default conversion type, or two; two offer sources and no default, or two
/// - a refund, chargeback or returned cheque matched to a type that does not count as `reversal`; a
///   sale, upsell or rebill matched to one that does; an open type that carries money, or whose own
///   policy is `edit`; a reversal that would be approved
/// - a source with secrets for its notifications that takes none of their versions
/// - a secret in the clear
/// - a URL or a body that is no [`UrlTemplate`](crate::template::UrlTemplate) or
///   [`BodyTemplate`](crate::template::BodyTemplate)
/// - a campaign whose id is the name of a route; weights that are all zero
/// - a condition on a parameter that is personal; a fixed payout with more digits than its currency
///   has
/// - amounts, percentages, currencies, durations, dates, HTTP statuses and address ranges that are
///   none, and negative amounts
pub fn compile(document: &Document, options: &CompileOptions) -> Result<Tracker, Problems> {
    let report = Report::default();
    let expanded = document.expanded(&report);
    let compiled = tracker(document, &Table::new(&expanded, "", &report), options);
    report.finish(compiled)
}

fn tracker(document: &Document, root: &Table<'_>, options: &CompileOptions) -> Option<Tracker> {
    match root.node("version") {
        Some(Node::Integer(1)) => {}
        None => root.problem("version", "is missing; this is version 1"),
        // Nothing else is known to mean the same in another version.
        Some(_) => {
            root.problem("version", "is not the number 1, the only version there is");
            return None;
        }
    }
    root.only(ROOT);
    let account = account::read(root);
    let context = Context {
        namespace: &options.namespace,
        currency: account.currency,
        known: Known::of(root),
        types: account.types,
    };
    let (sources, default_source) = source::read(root, &context);
    let offers = offer::read(root, &context, &sources);
    later::read(root, &context);
    let channels = channel::read(root, &context);
    let campaigns = campaign::read(root, &context, &channels, &offers, &sources);
    Some(Tracker {
        fingerprint: document.fingerprint(),
        document: document.to_json(),
        currency: account.currency,
        revenue_statuses: account.revenue_statuses,
        default_type: account.default_type?,
        types: context.types,
        rates: account.rates,
        domains: account.domains,
        sources,
        default_source,
        offers,
        channels: channels.into_iter().map(|(id, draft)| (id, draft.channel)).collect(),
        campaigns,
        click_id_keys: account.click_id_keys,
    })
}

/// What every part of the document may refer to.
struct Context<'a> {
    namespace: &'a Namespace,
    /// The account's currency.
    currency: Currency,
    known: Known<'a>,
    /// The types without a problem.
    types: BTreeMap<TypeName, ConversionType>,
}

impl Context<'_> {
    fn type_name(&self, text: &str) -> Result<TypeName, Refusal> {
        refer(text, "conversion type", &self.known.types)
    }
}

/// What is defined, whether or not it has a problem of its own: a broken row is reported once, not
/// at every place that refers to it.
struct Known<'a> {
    types: BTreeSet<&'a str>,
    domains: BTreeSet<&'a str>,
    sources: BTreeSet<&'a str>,
    offers: BTreeSet<&'a str>,
    channels: BTreeSet<&'a str>,
    apis: BTreeSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(root: &Table<'a>) -> Self {
        let named = |list, key: &str| match root.node(list) {
            Some(Node::List(rows)) => rows.iter().filter_map(|row| row.table()?.get(key)?.text()).collect(),
            _ => BTreeSet::new(),
        };
        Self {
            types: named("conversion_type", "name"),
            domains: named("domain", "id"),
            sources: named("offer_source", "id"),
            offers: named("offer", "id"),
            channels: named("traffic_channel", "id"),
            apis: named("conversion_api", "id"),
        }
    }
}
