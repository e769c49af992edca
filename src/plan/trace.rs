//! How an event was decided, as indices and codes. Texts are rendered on demand.

use crate::value::{ClickId, PostbackId, Receipt};
use alloc::{sync::Arc, vec::Vec};
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The most rules that a trace names, so that it stays within about 4 KiB even when their ids are
/// as long as ids may be; the rest is counted.
pub const MAX_TRACED_RULES: usize = 32;

/// How one event was decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trace {
    /// How the click was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
    /// What the duplicate policy did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<DuplicateDecision>,
    /// Whether the message asked that nothing be fired, so that no rule was asked.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub silent: bool,
    /// Each rule of the campaign, in the order of the configuration.
    #[serde(default, skip_serializing_if = "RuleTraces::is_empty")]
    pub rules: RuleTraces,
    /// How many rules are left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_rules: u32,
    /// How many waiting events it resolved.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub resolved: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// How a click was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Found {
    /// By the n-th click-id candidate, counted from 0.
    Candidate {
        /// Which one.
        index: u32,
        /// The click.
        click: ClickId,
    },
    /// A person has chosen it.
    Hand {
        /// The click.
        click: ClickId,
    },
    /// Through receipts.
    Receipt {
        /// The receipts from the event's own one to the one that names the click.
        path: Vec<Receipt>,
        /// The click.
        click: ClickId,
    },
    /// By the network's event id, with which another message named the click.
    EventId {
        /// The click.
        click: ClickId,
    },
}

/// What the duplicate policy did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateDecision {
    /// A conversion was made.
    Created,
    /// The conversion shows this event's data now.
    Edited,
    /// This event's amount was added.
    Incremented,
    /// The conversion shows this, earlier event now.
    ReplacedFirst,
    /// An earlier event stays.
    Kept,
    /// A later event stays.
    Superseded,
    /// It says what the conversion shows already.
    Unchanged,
    /// Reversals and tests do not go through the policy.
    Bypassed,
}

/// What one rule said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrace {
    /// The postback.
    #[serde(rename = "p")]
    pub postback: PostbackId,
    /// The answer.
    #[serde(rename = "v")]
    pub verdict: RuleVerdict,
}

/// What the rules of a campaign said, in order. The ids are those of the configuration, which every
/// trace of the campaign shares.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RuleTraces(Option<Arc<Traced>>);

#[derive(PartialEq, Eq)]
struct Traced {
    postbacks: Arc<[PostbackId]>,
    verdicts: Vec<RuleVerdict>,
}

impl RuleTraces {
    /// The verdicts of these postbacks, one each.
    pub(crate) fn new(postbacks: Arc<[PostbackId]>, verdicts: Vec<RuleVerdict>) -> Self {
        // As it is read back from a row.
        if verdicts.is_empty() {
            return Self::default();
        }
        Self(Some(Arc::new(Traced { postbacks, verdicts })))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |traced| traced.verdicts.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What each rule said.
    pub fn iter(&self) -> impl Iterator<Item = RuleTrace> {
        self.pairs().map(|(postback, verdict)| RuleTrace {
            postback: postback.clone(),
            verdict: verdict.clone(),
        })
    }

    fn pairs(&self) -> impl Iterator<Item = (&PostbackId, &RuleVerdict)> {
        let traced = self.0.iter();
        traced.flat_map(|traced| traced.postbacks.iter().zip(&traced.verdicts))
    }
}

impl FromIterator<RuleTrace> for RuleTraces {
    fn from_iter<I: IntoIterator<Item = RuleTrace>>(rules: I) -> Self {
        let (postbacks, verdicts): (Vec<_>, Vec<_>) =
            rules.into_iter().map(|rule| (rule.postback, rule.verdict)).unzip();
        if verdicts.is_empty() {
            return Self(None);
        }
        Self::new(postbacks.into(), verdicts)
    }
}

impl fmt::Debug for RuleTraces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for RuleTraces {
    /// As a list of [`RuleTrace`].
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for RuleTraces {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<RuleTrace>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// The answer of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleVerdict {
    /// It fires.
    Fired,
    /// It matches and has fired before.
    AlreadyFired,
    /// It matches, and `updates` says that a change does not fire it.
    NotOnUpdate,
    /// Conditions do not hold.
    Failed(crate::rule::RuleAnswer),
    /// It matches, but a value that its template needs is missing or does not fit.
    NotRendered(alloc::string::String),
}
