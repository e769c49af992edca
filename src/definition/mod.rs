//! Layer 3: the configuration as types.
//!
//! A [`Document`] is read into a [`Definition`], which a host may as well build in code, from
//! campaigns that it keeps in its own database; [`compile`](crate::compile()) and
//! [`resolve`](crate::compile::resolve) make a tracker of the one and the other. Reading says of
//! each value whether it is one; what values must be to each other is found when they are resolved.
//! Both report every problem with its path.
//!
//! Every part reads and writes itself with serde in the form that it has in the document.
//!
//! ```
//! use postback::definition::{
//!     Campaign, ConversionType, Definition, Offer, OfferSource, Path, PathOffer, Postback, PostbackRequest,
//!     TrafficChannel,
//! };
//! use postback::{CompileOptions, compile::resolve};
//!
//! let network = OfferSource::from_template("generic", "network".parse()?)?
//!     .with_tokens(["env:NETWORK_TOKEN".parse()?]); // without one anybody may report sales
//! let url = "https://channel.example.com/?key={ref_id}&price={payout}";
//! let sales = Postback::new("sales".parse()?)
//!     .with_request(PostbackRequest::new(url))
//!     .with_when(["payout at least 10".parse()?]);
//! let summer = Campaign::new("summer".parse()?, "push".parse()?)
//!     .with_paths([Path::new([PathOffer::new("book".parse()?)])])
//!     .with_postbacks([sales]);
//! let url = "https://shop.example.com/?id={clickid}";
//! let mut definition = Definition::default()
//!     .with_conversion_types([ConversionType::new("Sale".parse()?).with_default(true)])
//!     .with_offer_sources([network])
//!     .with_offers([Offer::new("book".parse()?, "network".parse()?, url)])
//!     .with_traffic_channels([TrafficChannel::from_template("richpush", "push".parse()?)?])
//!     .with_campaigns([summer]);
//!
//! let tracker = resolve(&definition, &CompileOptions::default())?;
//! assert!(tracker.campaign("summer").is_some());
//!
//! // A campaign more: the definition is changed, and a new tracker takes the old one's place, as
//! // with `Service::replace` of `postback-service`. This one is misspelt.
//! definition.campaigns.push(Campaign::new("autumn".parse()?, "pusch".parse()?));
//! let problems = resolve(&definition, &CompileOptions::default()).unwrap_err();
//! assert_eq!(
//!     problems.to_string(),
//!     "campaign[1].channel: there is no traffic channel `pusch`; did you mean `push`?"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod campaign;
mod channel;
mod conversion_api;
mod filled;
mod format;
mod limits;
mod offer;
mod postback;
mod refused;
mod reply;
mod request;
mod source;
mod word;

pub use crate::network::{AmountUnit, DecimalMark, ThousandsMark, TimeFormat, TimeFormatError};
pub use crate::network::{MAX_REPLY, ReplyBody, ReplyBodyError};
pub use crate::protocol::Protocol;
pub use account::{ClickIds, ConversionType, Domain, Rate};
pub use campaign::{Campaign, Cost, MAX_WEIGHT, Path, PathOffer};
pub use channel::{ChannelApi, ChannelParameter, TrafficChannel};
pub use conversion_api::{CampaignConversionApi, ConversionApi};
pub use format::{Amounts, Times};
pub use limits::{MAX_REFERENCES, MAX_ROWS, MAX_TYPES};
pub use offer::Offer;
pub use postback::{Payout, Postback};
pub use refused::{MAX_REFUSED_DAYS, MAX_REFUSED_KEPT, Refused};
pub use reply::Reply;
pub use request::{MAX_ATTEMPTS, PostbackRequest, Retry, Success};
pub use source::{OfferSource, SourceParameter};

use crate::config::part::{Field, Part, part};
use crate::config::setters::setters;
use crate::config::{Document, Entries, Node, Place, Problems, Report, Table};
use crate::model::Status;
use crate::value::Currency;
use alloc::{string::String, vec::Vec};

/// A whole configuration. The default is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Definition {
    version: Version,
    /// The currency of the account; USD if nothing is said.
    pub currency: Option<Currency>,
    /// The time zone of the account, by its IANA name. Changes nothing yet.
    pub timezone: Option<String>,
    /// What a conversion must be to count; `approved` and `other` if nothing is said.
    pub revenue_statuses: Option<Vec<Status>>,
    /// How click ids are made.
    pub click_id: Option<ClickIds>,
    /// The tracking domains.
    pub domains: Vec<Domain>,
    /// The conversion types, one of which is the default.
    pub conversion_types: Vec<ConversionType>,
    /// Who reports conversions.
    pub offer_sources: Vec<OfferSource>,
    /// Where clicks are sent.
    pub offers: Vec<Offer>,
    /// The exchange rates.
    pub rates: Vec<Rate>,
    /// The pixels. Change nothing yet.
    pub conversion_apis: Vec<ConversionApi>,
    /// Who sends visitors.
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
    offer_sources: "offer_source",
    offers: "offer",
    conversion_apis: "conversion_api",
    traffic_channels: "traffic_channel",
    campaigns: "campaign",
});
setters!(Definition {
    option with_currency(currency: Currency),
    option with_timezone(timezone: String),
    option with_revenue_statuses(revenue_statuses: Vec<Status>),
    option with_click_id(click_id: ClickIds),
    more with_domains(domains: Domain),
    more with_conversion_types(conversion_types: ConversionType),
    more with_offer_sources(offer_sources: OfferSource),
    more with_offers(offers: Offer),
    more with_rates(rates: Rate),
    more with_conversion_apis(conversion_apis: ConversionApi),
    more with_traffic_channels(traffic_channels: TrafficChannel),
    more with_campaigns(campaigns: Campaign),
});

impl Definition {
    /// Reads a document: its templates are filled in, and every value becomes what it is.
    ///
    /// # Errors
    /// Rejects, all at once, each with its path:
    /// - a version other than 1; a key that no table has; a value of another kind; over
    ///   [`MAX_ROWS`], [`MAX_TYPES`], [`MAX_REFERENCES`] or
    ///   [`MAX_ENTRIES`](crate::config::MAX_ENTRIES) entries; an unknown template
    /// - what is missing; ids, names and words that are none
    /// - amounts, percentages, currencies, durations, dates and address ranges that are none, and
    ///   negative amounts
    /// - a secret in the clear
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

    /// Reads what can be read, in the order of the parts. None if nothing can.
    pub(crate) fn read(document: &Document, report: &Report) -> Option<Self> {
        let expanded = document.expanded(report);
        let root = Table::new(&expanded, Place::root(report));
        match root.node("version") {
            Some(Node::Integer(1)) => {}
            None => root.at("version").problem("is missing; this is version 1"),
            // Nothing else is known to mean the same in another version.
            Some(_) => {
                root.at("version")
                    .problem("is not the number 1, the only version there is");
                return None;
            }
        }
        root.only(&Self::keys());
        Some(Self::fields(&root))
    }

    /// The document that reads as this definition. What templates brought is written out.
    #[must_use]
    pub fn to_document(&self) -> Document {
        let mut entries = Entries::new();
        self.write(&mut entries);
        Document::from_entries(entries)
    }
}

/// The version of the form, which every document names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Version;

impl Field for Version {
    /// What is wrong with it is said before anything else is read.
    fn read_at(_: &Table<'_>, _: &str) -> Self {
        Self
    }

    fn written(&self) -> Option<Node> {
        Some(Node::Integer(1))
    }
}
