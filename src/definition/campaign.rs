//! Campaigns: paths and costs.

use super::conversion_api::CampaignConversionApi;
use super::limits::MAX_ROWS;
use super::postback::Postback;
use crate::config::part::{Number, Value, part};
use crate::config::setters::setters;
use crate::config::shape::Key;
use crate::config::{Entries, MAX_ENTRIES, Node, Place, Shape, Table, one_of};
use crate::value::{Amount, CampaignId, ChannelId, DomainId, OfferId, Percent};
use alloc::{string::String, vec, vec::Vec};

/// The largest weight. Shares finer than a millionth cannot be seen in any traffic, and with it
/// sums of weights stay far below 32 bits.
pub const MAX_WEIGHT: u32 = 1_000_000;

/// A campaign: the visitors of a channel, the offers to which they are sent, and what the channel
/// is told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Campaign {
    /// Its id, which stands in its click URL.
    pub id: CampaignId,
    /// Its title, for people; the id by default.
    pub title: Option<String>,
    /// The channel that sends its visitors.
    pub channel: ChannelId,
    /// The domain of its click URL; if absent, the only domain.
    pub domain: Option<DomainId>,
    /// What its clicks cost, where a click does not say so itself.
    pub cost: Option<Cost>,
    /// The paths among which its clicks are shared out.
    pub paths: Vec<Path>,
    /// The postbacks that tell the channel of conversions.
    pub postbacks: Vec<Postback>,
    /// The pixels that are told of conversions. It changes nothing yet.
    pub conversion_apis: Vec<CampaignConversionApi>,
}
part!(Campaign, MAX_ROWS, {
    id,
    title,
    channel,
    domain,
    cost,
    paths: "path",
    postbacks: "postback",
    conversion_apis: "conversion_api",
});
part!(@serde Campaign);
setters!(Campaign {
    option with_title(title: String),
    option with_domain(domain: DomainId),
    option with_cost(cost: Cost),
    more with_paths(paths: Path),
    more with_postbacks(postbacks: Postback),
    more with_conversion_apis(conversion_apis: CampaignConversionApi),
});

impl Campaign {
    /// A campaign without paths and postbacks.
    #[must_use]
    pub fn new(id: CampaignId, channel: ChannelId) -> Self {
        Self {
            id,
            title: None,
            channel,
            domain: None,
            cost: None,
            paths: Vec::new(),
            postbacks: Vec::new(),
            conversion_apis: Vec::new(),
        }
    }
}

/// A weighted path of a campaign.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Path {
    /// Its share among the paths, relative to their weights; 100 by default.
    pub weight: Option<u32>,
    /// Its offers, at least one.
    pub offers: Vec<PathOffer>,
}
part!(Path, MAX_ENTRIES, {
    weight = Number<0, MAX_WEIGHT>,
    offers,
});
setters!(Path {
    option with_weight(weight: u32),
});

impl Path {
    /// A path of the default weight.
    #[must_use]
    pub fn new(offers: impl IntoIterator<Item = PathOffer>) -> Self {
        Self {
            weight: None,
            offers: offers.into_iter().collect(),
        }
    }
}

/// A weighted offer of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PathOffer {
    /// The offer.
    pub offer: OfferId,
    /// Its share among the path's offers, relative to their weights; 100 by default.
    pub weight: Option<u32>,
}
part!(PathOffer, MAX_ENTRIES, {
    offer,
    weight = Number<0, MAX_WEIGHT>,
});
setters!(PathOffer {
    option with_weight(weight: u32),
});

impl PathOffer {
    /// An offer of the default weight.
    #[must_use]
    pub fn new(offer: OfferId) -> Self {
        Self { offer, weight: None }
    }
}

/// What a campaign's clicks cost. Models other than [`Cost::Cpc`] change nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cost {
    /// Clicks cost nothing, or their cost is told later.
    None,
    /// This much for each click, in the channel's currency.
    Cpc(Amount),
    /// This much for each conversion.
    Cpa(Amount),
    /// This much for a thousand impressions.
    Cpm(Amount),
    /// This much for a thousand pop-ups.
    PopCpm(Amount),
    /// This share of the revenue.
    RevShare(Percent),
}

/// The words of the models.
const MODELS: &[&str] = &["cpc", "cpa", "cpm", "popcpm", "revshare", "none"];

impl Value for Cost {
    fn read(node: &Node, place: &Place<'_>) -> Option<Self> {
        let Some(entries) = node.table() else {
            place.kind(node, "a table");
            return None;
        };
        let table = Table::new(entries, place.clone());
        table.only(&["model", "amount"]);
        let at = table.at("model");
        let model = crate::config::part::text(table.needed("model")?, &at)?;
        match at.accept(one_of(model, "a cost model", MODELS))? {
            "none" => {
                if table.has("amount") {
                    table.at("amount").problem("the model `none` has no amount");
                }
                Some(Self::None)
            }
            "revshare" => Percent::read(table.needed("amount")?, &table.at("amount")).map(Self::RevShare),
            model => {
                let amount = Amount::read(table.needed("amount")?, &table.at("amount"))?;
                Some(match model {
                    "cpa" => Self::Cpa(amount),
                    "cpm" => Self::Cpm(amount),
                    "popcpm" => Self::PopCpm(amount),
                    _ => Self::Cpc(amount),
                })
            }
        }
    }

    fn unread() -> Self {
        Self::None
    }

    fn node(&self) -> Node {
        let amount = match self {
            Self::None => None,
            Self::Cpc(amount) | Self::Cpa(amount) | Self::Cpm(amount) | Self::PopCpm(amount) => Some(amount.node()),
            Self::RevShare(share) => Some(share.node()),
        };
        let mut entries = Entries::new();
        entries.insert("model".into(), Node::Text(self.model().into()));
        entries.extend(amount.map(|amount| ("amount".into(), amount)));
        Node::Table(entries)
    }

    fn shape() -> Shape {
        let models = MODELS.iter().map(|model| (*model).into()).collect();
        let key = |name, needed, shape| Key { name, needed, shape };
        Shape::Table(vec![
            key("model", true, Shape::Choice(models)),
            key("amount", false, Amount::shape()),
        ])
    }
}

impl Cost {
    /// The model's word in the document.
    pub(crate) fn model(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Cpc(_) => "cpc",
            Self::Cpa(_) => "cpa",
            Self::Cpm(_) => "cpm",
            Self::PopCpm(_) => "popcpm",
            Self::RevShare(_) => "revshare",
        }
    }
}
