//! This module writes what takes back or corrects a conversion that an ad platform was told of:
//! adjustments of Google's Ads API, and of Microsoft's offline conversions. Begin with [`write()`].
//! (Layer 3.)
//!
//! An adjustment names the conversion by what the platform was told of it, so it is written from
//! the item of that delivery, and not from the conversion as it is now. It is a pure function. When
//! an adjustment is told, and whether it may be, is not asked here.
//!
//! The other interfaces have no such message: Google's Data Manager is told the same event again,
//! and Meta, TikTok and Microsoft's UET Conversions API nothing.
//!
//! ```
//! use postback::adjustment::{Change, Sale, write};
//! use postback::outbound::{HoledText, Item};
//! use postback::{CompileOptions, Document, compile};
//! use std::collections::BTreeMap;
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let document = Document::from_json(r#"{
//!         "version": 1,
//!         "conversion_type": [{"name": "Sale", "default": true, "counts": "sale"}],
//!         "offer_source": [{"id": "network", "template": "generic", "default": true}],
//!         "conversion_api": [{
//!             "id": "ads", "platform": "google", "mode": "ads_api", "account": "1234567890",
//!             "token": "host:google", "developer_token": "env:ADS", "events": {"Sale": "987654321"}
//!         }]
//!     }"#)?;
//!     let tracker = compile(&document, &CompileOptions::default())?;
//!     let account = tracker.conversion_apis().next().ok_or("one account")?;
//!
//!     let told = r#"{"conversionAction": "customers/1234567890/conversionActions/987654321",
//!         "conversionDateTime": "2026-11-01 10:00:00+00:00", "orderId": "R1"}"#;
//!     let item = Item::new(2_000, HoledText::plain(told));
//!     let sale = Sale { item: &item, private: &BTreeMap::new(), adjusted_at: None };
//!     let now = "2026-11-20T08:00:00Z".parse()?;
//!     let adjustment = write(account, &sale, Change::Retract, now, now)?;
//!     let body = adjustment.outbound.item.ok_or("an item")?.text;
//!     assert_eq!(
//!         body.to_string(),
//!         r#"{"adjustmentType":"RETRACTION","adjustmentDateTime":"2026-11-20 08:00:00+00:00","conversionAction":"customers/1234567890/conversionActions/987654321","orderId":"R1"}"#,
//!     );
//!     Ok(())
//! }
//! ```

mod change;
mod google_ads;
mod microsoft_offline;
mod write;

pub use change::{Change, NotAdjusted};
pub use write::{Adjustment, Sale, write};
