//! The seconds under which a platform is told of conversions.

use crate::value::{ConversionId, PostbackId, Timestamp};
use core::fmt;
use serde::{Deserialize, Serialize};

/// The most conversions of one click and one goal that a platform is told apart by their seconds.
/// All of them are read with every event of the click. (Our choice.)
pub const MAX_TAKEN_SECONDS: usize = 1_000;

/// A second under which a platform was told of a conversion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenSecond {
    /// The second.
    pub at: Timestamp,
    /// The conversion.
    #[serde(alias = "conv")]
    pub conversion: ConversionId,
}

/// A rule whose platform is told another second than the conversion's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedTime {
    /// The rule.
    #[serde(rename = "p")]
    pub postback: PostbackId,
    /// The second that is told.
    pub at: Timestamp,
    /// Why.
    pub why: WhyMoved,
}

/// Why a platform is told another second than the conversion's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyMoved {
    /// The conversion's time stands before the click, and the platform refuses such a one.
    BeforeClick,
    /// Another conversion of the click is told under this second and the same goal, and the
    /// platform would count the two as one.
    SameSecond,
    /// The conversion was told under this second before, and the platform knows it by that.
    ToldBefore,
}

impl WhyMoved {
    /// The reason as a word that never changes: `before_click`, `same_second`, `told_before`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BeforeClick => "before_click",
            Self::SameSecond => "same_second",
            Self::ToldBefore => "told_before",
        }
    }
}

impl fmt::Display for MovedTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.why {
            WhyMoved::BeforeClick => "its own time stands before the click",
            WhyMoved::SameSecond => "another conversion of this click and goal has its second",
            WhyMoved::ToldBefore => "it was told under this second before",
        };
        write!(f, "the platform is told {} as its time, since {why}", self.at)
    }
}
