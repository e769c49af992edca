//! How an event was decided, as indices and codes. Sentences are made from them on demand.

use super::correction::CorrectionTrace;
use super::moved::MovedTime;
use crate::rule::RuleAnswer;
use crate::value::{ClickId, PostbackId, Receipt};
use alloc::{string::String, sync::Arc, vec::Vec};
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The most rules that a trace names; the others are only counted. So it stays within about 4 KiB,
/// even when every id is as long as an id may be.
pub const MAX_TRACED_RULES: usize = 32;

/// How one event was decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trace {
    /// How the click was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
    /// What the duplicate policy did.
    #[serde(default, alias = "dup", skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<DuplicateDecision>,
    /// Whether the message asked that nothing be fired; then no rule was evaluated.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub silent: bool,
    /// The verdict of each rule of the campaign, in the order of the configuration.
    #[serde(default, skip_serializing_if = "RuleTraces::is_empty")]
    pub rules: RuleTraces,
    /// How many rules there are beyond [`MAX_TRACED_RULES`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_rules: u32,
    /// What ad platforms are told because money of a sale was taken back, at most
    /// [`MAX_TRACED_RULES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<CorrectionTrace>,
    /// How many waiting events this event resolved.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub resolved: u32,
    /// The rules whose platform is told another second than the conversion's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<MovedTime>,
}

impl Trace {
    /// The other second that the platform of a rule is told, if it is told one.
    #[must_use]
    pub fn moved_of(&self, rule: &PostbackId) -> Option<&MovedTime> {
        self.moved.iter().find(|moved| moved.postback == *rule)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// How a click was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Found {
    /// By one of the event's own click-id candidates.
    Candidate {
        /// The position of the candidate, counted from 0.
        index: u32,
        /// The click.
        click: ClickId,
    },
    /// By one of the event's own click ids, which none of the keys has signed: the click itself is
    /// stored, so it was made here, before the first key or with a key that is gone.
    Stored {
        /// The click.
        click: ClickId,
    },
    /// By a person, who has chosen it.
    Hand {
        /// The click.
        click: ClickId,
    },
    /// Through a chain of receipts.
    Receipt {
        /// The receipts from the event's own one to the one that names the click.
        path: Vec<Receipt>,
        /// The click.
        click: ClickId,
    },
    /// By the network's event id: another message with this id named the click.
    EventId {
        /// The click.
        click: ClickId,
    },
}

impl Found {
    /// The click.
    #[must_use]
    pub fn click(&self) -> &ClickId {
        match self {
            Self::Candidate { click, .. }
            | Self::Stored { click }
            | Self::Hand { click }
            | Self::Receipt { click, .. }
            | Self::EventId { click } => click,
        }
    }

    /// Whether the event itself led to the click: by a click id of its own, or by the person who
    /// chose the click for it.
    pub(crate) fn is_named(&self) -> bool {
        matches!(self, Self::Candidate { .. } | Self::Stored { .. } | Self::Hand { .. })
    }
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
    /// This event is earlier than those before; the conversion shows it now.
    ReplacedFirst,
    /// The conversion shows an earlier event, which stays.
    Kept,
    /// The conversion shows a later event, which stays.
    Superseded,
    /// It says what the conversion shows already.
    Unchanged,
    /// Reversals and tests do not go through the policy.
    Bypassed,
}

/// The verdict of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrace {
    /// The postback.
    #[serde(rename = "p")]
    pub postback: PostbackId,
    /// What it said, and why.
    #[serde(rename = "v")]
    pub verdict: RuleVerdict,
}

/// A [`RuleTrace`] that borrows, so that it is written without a copy. Its members have the same
/// names.
#[derive(Serialize)]
struct BorrowedTrace<'t> {
    #[serde(rename = "p")]
    postback: &'t PostbackId,
    #[serde(rename = "v")]
    verdict: &'t RuleVerdict,
}

/// The verdicts of a campaign's rules, in order. All traces of a campaign share the list of ids,
/// which is the configuration's.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RuleTraces(Option<Arc<Traced>>);

#[derive(PartialEq, Eq)]
struct Traced {
    postbacks: Arc<[PostbackId]>,
    verdicts: Vec<RuleVerdict>,
}

impl RuleTraces {
    /// The verdicts, one for each of these postbacks.
    pub(crate) fn new(postbacks: Arc<[PostbackId]>, verdicts: Vec<RuleVerdict>) -> Self {
        // An empty list is the same value as one that is read back from a row.
        if verdicts.is_empty() {
            return Self::default();
        }
        Self(Some(Arc::new(Traced { postbacks, verdicts })))
    }

    /// The number of verdicts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |traced| traced.verdicts.len())
    }

    /// Whether there are no verdicts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The verdicts with their postbacks, in order.
    pub fn iter(&self) -> impl Iterator<Item = RuleTrace> {
        self.pairs().map(|(postback, verdict)| RuleTrace {
            postback: postback.clone(),
            verdict: verdict.clone(),
        })
    }

    /// The verdicts with their postbacks, in order, borrowed.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&PostbackId, &RuleVerdict)> {
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
    /// Writes a list of [`RuleTrace`].
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.pairs()
                .map(|(postback, verdict)| BorrowedTrace { postback, verdict }),
        )
    }
}

impl<'de> Deserialize<'de> for RuleTraces {
    /// Reads a list of [`RuleTrace`], or the form of rows.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Stored::deserialize(deserializer)? {
            Stored::Listed(rules) => Ok(rules.into_iter().collect()),
            Stored::Packed { p, v } => packed(&p, v).ok_or_else(|| de::Error::custom("verdicts that fit no rules")),
        }
    }
}

/// Verdicts as they are read.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Listed(Vec<RuleTrace>),
    /// The ids of the postbacks with spaces between them, and the verdicts as codes.
    Packed {
        p: String,
        v: Vec<StoredVerdict>,
    },
}

/// A verdict in a row: a code, or why a request could not be made.
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredVerdict {
    Code(i32),
    NotRendered(String),
}

fn packed(postbacks: &str, verdicts: Vec<StoredVerdict>) -> Option<RuleTraces> {
    let postbacks: Arc<[PostbackId]> = postbacks
        .split(' ')
        .map(PostbackId::new)
        .collect::<Result<_, _>>()
        .ok()?;
    let verdicts: Vec<RuleVerdict> = verdicts.into_iter().map(verdict).collect::<Option<_>>()?;
    (postbacks.len() == verdicts.len()).then(|| RuleTraces::new(postbacks, verdicts))
}

fn verdict(stored: StoredVerdict) -> Option<RuleVerdict> {
    let code = match stored {
        StoredVerdict::NotRendered(why) => return Some(RuleVerdict::NotRendered(why)),
        StoredVerdict::Code(code) => code,
    };
    [RuleVerdict::Fired, RuleVerdict::AlreadyFired, RuleVerdict::NotOnUpdate]
        .into_iter()
        .find(|known| known.code() == Some(code))
        .or_else(|| {
            let answer = RuleAnswer::try_from(u16::try_from(code).ok()?).ok()?;
            Some(RuleVerdict::Failed(answer))
        })
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
    /// At least one condition does not hold.
    Failed(RuleAnswer),
    /// It matches, but a value that its template needs is missing or does not fit.
    NotRendered(String),
}

impl RuleVerdict {
    /// The number that stands for it in a row: 0 where the rule fires, or else the code of its
    /// answer; what does not follow from the answer is below 0. None if it has a text, or failed on
    /// nothing.
    pub(crate) fn code(&self) -> Option<i32> {
        match self {
            Self::Fired => Some(0),
            Self::AlreadyFired => Some(-1),
            Self::NotOnUpdate => Some(-2),
            Self::Failed(answer) if answer.fires() => None,
            Self::Failed(answer) => Some(i32::from(answer.code())),
            Self::NotRendered(_) => None,
        }
    }

    /// Whether the postback has fired, now or before, where the event made its conversion alone.
    /// Only an event that is decided again finds that it fired before.
    pub(crate) fn has_fired(&self) -> bool {
        matches!(self, Self::Fired | Self::AlreadyFired | Self::NotOnUpdate)
    }
}
