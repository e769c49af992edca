//! This module writes what takes back or corrects a conversion that an ad platform was told of:
//! adjustments of Google's Ads API, and of Microsoft's offline conversions. Begin with [`write`].
//! (Layer 3.)
//!
//! An adjustment names the conversion by what the platform was told of it, so it is written from
//! the item of that delivery, and not from the conversion as it is now. It is a pure function. When
//! an adjustment is told, and whether it may be, is not asked here.
//!
//! The other interfaces have no such message: Google's Data Manager is told the same event again,
//! and Meta, TikTok and Microsoft's UET Conversions API nothing.

mod change;
mod google_ads;
mod microsoft_offline;
mod write;

pub use change::{Change, NotAdjusted};
pub use write::{Adjustment, Sale, write};
