//! The whole configuration: the root of the document.

use super::account::{ClickIds, ConversionType, Domain, Rate};
use super::campaign::Campaign;
use super::channel::TrafficChannel;
use super::conversion_api::ConversionApi;
use super::offer::Offer;
use super::retention::Retention;
use super::source::OfferSource;
use crate::config::part::{Field, Part, only, part};
use crate::config::setters::setters;
use crate::config::{Document, Entries, Node, Place, Problems, Report, Shape, Table};
use crate::model::Status;
use crate::recipe::Recipe;
use crate::value::Currency;
use alloc::{string::String, vec::Vec};

/// A whole configuration. The default is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Definition {
    version: Version,
    /// The currency of the account; USD by default.
    pub currency: Option<Currency>,
    /// The time zone of the account, by its IANA name. The times of sources that say no zone are
    /// read in it.
    pub timezone: Option<String>,
    /// The statuses that count as money; `approved` alone by default.
    pub revenue_statuses: Option<Vec<Status>>,
    /// How click ids are made.
    pub click_id: Option<ClickIds>,
    /// How long rows are kept.
    pub retention: Option<Retention>,
    /// The tracking domains.
    pub domains: Vec<Domain>,
    /// The conversion types, one of which is the default.
    pub conversion_types: Vec<ConversionType>,
    /// The offer sources, which report conversions.
    pub offer_sources: Vec<OfferSource>,
    /// The offers, to which clicks are sent.
    pub offers: Vec<Offer>,
    /// The exchange rates.
    pub rates: Vec<Rate>,
    /// The recipes of platforms that have no code of their own here.
    pub recipes: Vec<Recipe>,
    /// The accounts at ad platforms.
    pub conversion_apis: Vec<ConversionApi>,
    /// The traffic channels, which send visitors.
    pub traffic_channels: Vec<TrafficChannel>,
    /// The campaigns.
    pub campaigns: Vec<Campaign>,
}
part!(Definition, 1, {
    version: "version",
    currency,
    timezone,
    conversion_types: "conversion_type",
    revenue_statuses,
    rates: "rate",
    domains: "domain",
    click_id,
    retention,
    offer_sources: "offer_source",
    offers: "offer",
    recipes: "recipe",
    conversion_apis: "conversion_api",
    traffic_channels: "traffic_channel",
    campaigns: "campaign",
});
part!(@serde Definition);
setters!(Definition {
    option with_currency(currency: Currency),
    option with_timezone(timezone: String),
    option with_revenue_statuses(revenue_statuses: Vec<Status>),
    option with_click_id(click_id: ClickIds),
    option with_retention(retention: Retention),
    more with_domains(domains: Domain),
    more with_conversion_types(conversion_types: ConversionType),
    more with_offer_sources(offer_sources: OfferSource),
    more with_offers(offers: Offer),
    more with_rates(rates: Rate),
    more with_recipes(recipes: Recipe),
    more with_conversion_apis(conversion_apis: ConversionApi),
    more with_traffic_channels(traffic_channels: TrafficChannel),
    more with_campaigns(campaigns: Campaign),
});

impl Definition {
    /// Reads a document: fills in its templates, and reads every value by its type.
    ///
    /// # Errors
    /// Rejects, all at once, each with its path:
    /// - a version other than 1; a key that no table has; a value of another kind; over
    ///   [`MAX_ROWS`](super::MAX_ROWS), [`MAX_TYPES`](super::MAX_TYPES),
    ///   [`MAX_REFERENCES`](super::MAX_REFERENCES) or
    ///   [`MAX_ENTRIES`](crate::config::MAX_ENTRIES) entries; an unknown template
    /// - a missing value; ids, names and words that are not valid
    /// - amounts, percentages, currencies, durations, dates and address ranges that cannot be read,
    ///   and negative amounts
    /// - a secret in plain text
    pub fn from_document(document: &Document) -> Result<Self, Problems> {
        let report = Report::default();
        let read = Self::read(document, &report);
        report.sort(&Self::parts());
        report.finish(read)
    }

    /// The keys of the document, in the order of its parts.
    pub(crate) fn parts() -> Vec<&'static str> {
        Self::keys()
    }

    /// Reads what can be read, in the order of the parts; none if nothing can be read.
    pub(crate) fn read(document: &Document, report: &Report) -> Option<Self> {
        let expanded = document.expanded(report);
        let root = Table::new(&expanded, Place::root(report));
        match root.node("version") {
            Some(Node::Integer(1)) => {}
            None => root.at("version").problem("is missing; this is version 1"),
            // In another version nothing else is known to mean the same.
            Some(_) => {
                root.at("version")
                    .problem("is not the number 1, the only version there is");
                return None;
            }
        }
        only::<Self>(&root);
        Some(Self::fields(&root))
    }

    /// The document that reads as this definition. What templates filled in is written out.
    #[must_use]
    pub fn to_document(&self) -> Document {
        let mut entries = Entries::new();
        self.write(&mut entries);
        Document::from_entries(entries)
    }
}

/// The version of the document's form, which every document names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Version;

impl Field for Version {
    /// Problems with it were reported before anything else is read.
    fn read_at(_: &Table<'_>, _: &str) -> Self {
        Self
    }

    fn written(&self) -> Option<Node> {
        Some(Node::Integer(1))
    }

    fn shape() -> Shape {
        Shape::Number(1, 1)
    }

    const NEEDED: bool = true;
}
