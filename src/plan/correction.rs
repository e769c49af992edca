//! What becomes of a sale at an ad platform when its money was taken back.

use super::codes::codes;
use crate::value::{ConversionId, DeliveryId, Money, PostbackId};
use core::fmt;
use serde::{Deserialize, Serialize};

codes! {
    /// What an account at an ad platform is told when money of a sale was taken back, of which it
    /// was told or was to be told.
    pub enum Correction {
        Cancelled = "cancelled": "the sale was still queued and nothing of it had left, so it is not sent, since nothing is left of it or the rule does not ask for what is left",
        SentWithRest = "sent_with_rest": "the sale was still queued and nothing of it had left, so it is sent with the value that is left",
        SentAgain = "sent_again": "the sale had been withdrawn and counts again, so it is sent again with the value that it has now",
        Stopped = "stopped": "the platform takes no corrections; the sale was tried and not taken yet, so it is not tried again, but an attempt may have arrived",
        Retracted = "retracted": "the platform is told that the sale does not count",
        Restated = "restated": "the platform is told the value that is left of the sale",
        RestatedStillCounted = "restated_still_counted": "the platform is told the value that is left; it takes no retractions, so it goes on counting the sale as one",
        CorrectionWithdrawn = "correction_withdrawn": "a correction that still waited is withdrawn, since the sale counts again as it was told",
        Unsupported = "unsupported": "the platform takes no corrections, so it goes on counting the sale with its value",
        AlreadyRetracted = "already_retracted": "the platform was told that the sale does not count, and takes no value for it any more, so it goes on not counting it",
        AccountChanged = "account_changed": "the rule tells another account now than the one that was told of the sale, so nothing is told; correct it by hand at the old account",
        NothingToTakeBack = "nothing_to_take_back": "the platform never took the sale, so there is nothing to take back",
        TooOld = "too_old": "the platform takes no correction of a sale that is so old",
        SaleUnknown = "sale_unknown": "it is not known whether the platform has the sale: what became of its event is not stored any more, or some events of its request were refused, and the platform does not say which. A correction of a sale that never arrived could count as a new one",
        NoIdentifier = "no_identifier": "nothing is left by which the platform would know the person or the click: the personal values have expired",
        NoRate = "no_rate": "there is no rate by which the value that is left could be told",
        Unreadable = "unreadable": "the event of the sale was not written by this version, so its value cannot be changed",
    }
}

impl Correction {
    /// Whether a delivery goes out because of it, now or after the verdict on the sale's own event.
    #[must_use]
    pub fn is_told(self) -> bool {
        matches!(
            self,
            Self::SentWithRest | Self::SentAgain | Self::Retracted | Self::Restated | Self::RestatedStillCounted
        )
    }
}

/// What an event changed of what an account was told, for the trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CorrectionTrace {
    /// The rule of the campaign that told of the sale.
    pub postback: PostbackId,
    /// The conversion of the sale.
    pub conversion: ConversionId,
    /// What is done.
    pub what: Correction,
    /// The value that is left of the sale; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Money>,
    /// The delivery that tells it, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
}

/// What was done, and why: ``restated_still_counted with 20 USD: the platform is told ..``.
impl fmt::Display for CorrectionTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what.as_str())?;
        if let Some(value) = self.value {
            write!(f, " with {value}")?;
        }
        write!(f, ": {}", self.what.text())
    }
}

impl CorrectionTrace {
    /// What is done about a sale by a rule.
    #[must_use]
    pub fn new(postback: PostbackId, conversion: ConversionId, what: Correction) -> Self {
        Self {
            postback,
            conversion,
            what,
            value: None,
            delivery: None,
        }
    }
}
