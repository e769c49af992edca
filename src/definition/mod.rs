//! This module is the configuration as types, for a host that builds it in code. Begin with
//! [`Definition`], and with [`Campaign`] for a part of it. (Layer 3.)
//!
//! A [`Document`](crate::Document) is read into a [`Definition`], which a host may as well build in
//! code, from campaigns that it keeps in its own database; [`compile`](crate::compile()) and
//! [`resolve`](crate::compile::resolve) make a tracker of the one and the other. Reading says of
//! each value whether it is one; what values must be to each other is found when they are resolved.
//! Both report every problem with its path.
//!
//! Every row (a campaign, an offer, a postback ..) reads and writes itself with serde in the form
//! that it has in the document.
//!
//! ```
//! use postback::definition::{
//!     Campaign, ConversionType, Offer, OfferSource, Path, PathOffer, Postback, PostbackRequest, TrafficChannel,
//! };
//! use postback::{CompileOptions, Definition, compile::resolve};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let network = OfferSource::from_template("generic", "network".parse()?)?
//!         .with_tokens(["env:NETWORK_TOKEN".parse()?]); // without one anybody may report sales
//!     let url = "https://channel.example.com/?key={ref_id}&price={payout}";
//!     let sales = Postback::new("sales".parse()?)
//!         .with_request(PostbackRequest::new(url))
//!         .with_when(["payout at least 10".parse()?]);
//!     let summer = Campaign::new("summer".parse()?, "push".parse()?)
//!         .with_paths([Path::new([PathOffer::new("book".parse()?)])])
//!         .with_postbacks([sales]);
//!     let url = "https://shop.example.com/?id={clickid}";
//!     let mut definition = Definition::default()
//!         .with_conversion_types([ConversionType::new("Sale".parse()?).with_default(true)])
//!         .with_offer_sources([network])
//!         .with_offers([Offer::new("book".parse()?, "network".parse()?, url)])
//!         .with_traffic_channels([TrafficChannel::from_template("richpush", "push".parse()?)?])
//!         .with_campaigns([summer]);
//!
//!     let tracker = resolve(&definition, &CompileOptions::default())?;
//!     assert!(tracker.campaign("summer").is_some());
//!
//!     // A campaign more: the definition is changed, and a new tracker takes the old one's place, as
//!     // with `Service::replace` of `postback-service`. This one is misspelt.
//!     definition.campaigns.push(Campaign::new("autumn".parse()?, "pusch".parse()?));
//!     let problems = resolve(&definition, &CompileOptions::default()).unwrap_err();
//!     assert_eq!(
//!         problems.to_string(),
//!         "campaign[1].channel: there is no traffic channel `pusch`; did you mean `push`?"
//!     );
//!     Ok(())
//! }
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
mod retention;
mod source;
pub(crate) mod whole;
mod word;

pub use crate::network::format::{AmountUnit, DecimalMark, ThousandsMark, TimeFormat, TimeFormatError};
pub use crate::network::reply::{MAX_REPLY, ReplyBody, ReplyBodyError};
pub use crate::protocol::Protocol;
pub use crate::recipe::{Answers, Member, Recipe};
pub use account::{ClickIds, ConversionType, Domain, Rate};
pub use campaign::{Campaign, Cost, MAX_WEIGHT, Path, PathOffer};
pub use channel::{ChannelApi, ChannelParameter, TrafficChannel};
pub use conversion_api::{CampaignConversionApi, Consent, ConversionApi, MAX_BATCH};
pub use format::{Amounts, Times};
pub use limits::{MAX_REFERENCES, MAX_ROWS, MAX_TYPES};
pub use offer::Offer;
pub use postback::{Payout, Postback};
pub use refused::{MAX_REFUSED_DAYS, MAX_REFUSED_KEPT, MAX_REFUSED_MIB, Refused};
pub use reply::Reply;
pub use request::{MAX_ATTEMPTS, PostbackRequest, Retry, Success};
pub use retention::Retention;
pub use source::{OfferSource, SourceParameter};
pub(crate) use whole::Definition;
