//! What follows where money of a sale was taken back: a table of what the interface takes, how far
//! the sale's event has come, and whether anything of the sale is left.

use crate::delivery::{Cause, Progress};
use crate::plan::Correction;

/// What an interface of an ad platform takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing: Meta, TikTok, and Microsoft's UET Conversions API have no such message.
    Nothing,
    /// The value, but not the count: Google's Data Manager is told the same transaction again.
    Value,
    /// The value and the count: Google's Ads API and Microsoft's offline conversions.
    All,
}

impl Takes {
    /// What the interface takes by which an event was told, by the platform's word in its cause
    /// ([`Cause::ConversionApi`](crate::delivery::Cause::ConversionApi)).
    #[must_use]
    pub fn of(platform: &str) -> Self {
        match platform {
            "google" => Self::Value,
            "google_ads" | "microsoft_offline" => Self::All,
            _ => Self::Nothing,
        }
    }

    /// What the interface takes by which a delivery was told. A recipe has no corrections, whatever
    /// its name.
    pub(crate) fn of_cause(cause: &Cause) -> Self {
        match cause {
            Cause::ConversionApi {
                platform,
                answers: None,
                ..
            } => Self::of(platform),
            _ => Self::Nothing,
        }
    }
}

/// What is done when less of a sale is left than an account was told, or will be told. `is_left`
/// says whether anything is left.
///
/// ```
/// use postback::delivery::Progress;
/// use postback::plan::Correction;
/// use postback::take_back::{Takes, correction};
///
/// assert_eq!(correction(Takes::Nothing, Progress::Unsent, false), Correction::Cancelled);
/// assert_eq!(correction(Takes::Value, Progress::Delivered, false), Correction::RestatedStillCounted);
/// assert_eq!(correction(Takes::Nothing, Progress::Delivered, false), Correction::Unsupported);
/// ```
#[must_use]
pub fn correction(takes: Takes, sale: Progress, is_left: bool) -> Correction {
    match (sale, takes, is_left) {
        (Progress::InPart, Takes::Nothing, _) => Correction::Unsupported,
        (Progress::Unknown | Progress::InPart, ..) => Correction::SaleUnknown,
        (Progress::Dead | Progress::Withdrawn, ..) => Correction::NothingToTakeBack,
        (Progress::Unsent, _, false) => Correction::Cancelled,
        (Progress::Unsent, _, true) => Correction::SentWithRest,
        (Progress::Tried, Takes::Nothing, false) => Correction::Stopped,
        (_, Takes::Nothing, _) => Correction::Unsupported,
        (_, Takes::Value, _) => Correction::RestatedStillCounted,
        (_, Takes::All, false) => Correction::Retracted,
        (_, Takes::All, true) => Correction::Restated,
    }
}
