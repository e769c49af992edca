//! This module makes a [`Tracker`] of a configuration. Begin with [`compile`](crate::compile())
//! where it is a document, and with [`resolve`] where it was built in code. (Layer 4.)
//!
//! The document is read into a [`Definition`], and the definition is resolved: every reference is
//! looked up, every template parsed, and every problem reported.
//!
//! ```
//! use postback::{CompileOptions, Document, compile};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let document = Document::from_json(r#"{
//!         "version": 1, "currency": "USD",
//!         "conversion_type": [{"name": "Sale", "default": true, "counts": "sale"}],
//!         "offer_source": [{"id": "network", "template": "generic", "default": true}]
//!     }"#)?;
//!     let tracker = compile(&document, &CompileOptions::default())?;
//!     assert!(tracker.source(Some("network")).is_some());
//!
//!     // Every problem is reported at once, with its path and what was probably meant.
//!     let document = Document::from_json(r#"{
//!         "version": 1,
//!         "conversion_type": [{"name": "Sale", "default": true, "counts": "sail"}],
//!         "offer": [{"id": "book", "source": "netwrk", "url": "https://shop.example.com/"}]
//!     }"#)?;
//!     let problems = compile(&document, &CompileOptions::default()).unwrap_err();
//!     assert!(problems.as_slice().len() >= 2);
//!     assert_eq!(problems.as_slice()[0].path(), "conversion_type[0].counts");
//!     Ok(())
//! }
//! ```

mod account;
mod campaign;
mod channel;
mod format;
mod offer;
pub(crate) mod options;
mod parameter;
mod postback;
mod reach;
mod reply;
mod request;
mod source;
#[cfg(test)]
mod tests;

pub use crate::lookup::Zones;
pub(crate) use options::CompileOptions;
pub(crate) use reach::Reach;

use crate::accounts;
use crate::config::{Document, Place, Problems, Report};
use crate::definition::Definition;
use crate::lookup::{Context, Known};
use crate::tracker::{Tables, Tracker};
use crate::value::Fingerprint;
use alloc::{string::String, sync::Arc};

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
/// A channel's `api` and the cost models other than `cpc` are checked for their shape and change
/// nothing yet. [`lint`](crate::lint::lint) names each one that the document has.
///
/// # Errors
/// Rejects, all at once, each with its path:
/// - a version other than 1; a key that no table has; a value of another kind; over
///   [`MAX_ROWS`](crate::definition::MAX_ROWS), [`MAX_TYPES`](crate::definition::MAX_TYPES),
///   [`MAX_REFERENCES`](crate::definition::MAX_REFERENCES) or
///   [`MAX_ENTRIES`](crate::config::MAX_ENTRIES) entries
/// - an id, a name or a word that is not valid, is given twice or is missing; a reference to
///   something that is not defined; an unknown template
/// - no default conversion type, or two; two offer sources and no default, or two
/// - a refund, chargeback or returned cheque matched to a type that does not count as `reversal`; a
///   sale, upsell or rebill matched to one that does; an open type that carries money, or whose own
///   policy is `edit`; a reversal that would be approved
/// - a source with secrets for its notifications that takes none of their versions
/// - a secret in plain text
/// - a URL or a body that is not a [`UrlTemplate`](crate::template::UrlTemplate) or
///   [`BodyTemplate`](crate::template::BodyTemplate)
/// - a campaign whose id is the name of a route; weights that are all zero
/// - a condition on a parameter that is personal; a fixed payout with more digits than its currency
///   has
/// - a time zone that is not one or that the host does not know ([`CompileOptions::with_zones`]);
///   times without an offset and without a zone
/// - amounts, percentages, currencies, durations, dates, HTTP statuses and address ranges that
///   cannot be read, and negative amounts
pub fn compile(document: &Document, options: &CompileOptions) -> Result<Tracker, Problems> {
    let report = Report::default();
    let read = Definition::read(document, &report);
    report.close_reading();
    let tracker = read.and_then(|definition| {
        let whole = (document.fingerprint(), document.to_json());
        tracker(&definition, whole, &Place::root(&report), options)
    });
    report.sort(&Definition::parts());
    report.finish(tracker)
}

/// Compiles a definition that was built in code. It must be as valid as a document, and its
/// problems have the paths that they would have there. The tracker's fingerprint is that of
/// [`Definition::to_document`].
///
/// # Errors
/// Rejects what [`compile()`] rejects, and a definition whose document would have over
/// [`MAX_DOCUMENT`](crate::config::MAX_DOCUMENT) bytes.
pub fn resolve(definition: &Definition, options: &CompileOptions) -> Result<Tracker, Problems> {
    // The fields of a definition can hold what no document can, so it is written and read again.
    let document = definition.to_document();
    document.check_size()?;
    compile(&document, options)
}

fn tracker(
    definition: &Definition,
    (fingerprint, document): (Fingerprint, String),
    root: &Place<'_>,
    options: &CompileOptions,
) -> Option<Tracker> {
    let account = account::resolve(definition, root, options.zones.as_deref());
    let context = Context {
        namespace: &options.namespace,
        zones: options.zones.as_deref(),
        timezone: (definition.timezone.as_deref(), account.zone.as_ref()),
        currency: account.currency,
        known: Known::of(definition),
        types: account.types,
        default_type: account.default_type,
        revenue_statuses: account.revenue_statuses,
    };
    let (mut sources, default_source) = source::resolve(definition, root, &context);
    let offers = offer::resolve(definition, root, &context, &sources);
    source::compare_statuses(&mut sources, offers.values());
    let accounts = accounts::resolve(definition, root, &context);
    let channels = channel::resolve(definition, root, &context);
    let campaigns = campaign::resolve(
        definition,
        root,
        &context,
        &campaign::Parts {
            channels: &channels,
            offers: &offers,
            sources: &sources,
            accounts: &accounts,
        },
    );
    let tables = Tables {
        namespace: options.namespace.clone(),
        fingerprint,
        document,
        currency: account.currency,
        revenue_statuses: context.revenue_statuses,
        default_type: context.default_type?,
        types: context.types,
        rates: account.rates,
        domains: account.domains,
        sources,
        default_source,
        offers,
        channels: channels.into_iter().map(|(id, draft)| (id, draft.channel)).collect(),
        accounts,
        campaigns,
        click_id_keys: account.click_id_keys,
        retention: definition.retention.unwrap_or_default(),
    };
    let tables = Arc::new(tables);
    Some(Tracker { tables })
}
