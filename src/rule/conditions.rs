//! The conditions of a rule on a conversion.

use super::Condition;
use crate::condition::{Clause, Number, Range, Test, Texts};
use crate::model::Status;
use crate::scope::ParameterName;
use crate::value::{Money, Percent, TypeName};
use alloc::{string::String, vec::Vec};
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// The conditions of one postback, joined by AND. The default accepts every conversion of a known
/// type that is not a test and takes no money back. The configuration adds `require = ["ref_id"]`,
/// which is a default of the document and not of the rule.
///
/// Types, statuses and the two flags are checked first. Everything else is a [`Clause`], also the
/// keys of the configuration: `min_payout` is `payout at least 10 USD`.
///
/// ```
/// use postback::rule::Conditions;
/// let mut paid_leads = Conditions::default();
/// paid_leads.types = vec!["Lead".parse()?];
/// paid_leads.statuses = vec![postback::model::Status::Approved];
/// paid_leads.matches("sub1".into(), "222");
/// paid_leads.when("country not in US, CA".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conditions {
    /// The accepted conversion types, compared exactly; an empty list accepts all. A type that the
    /// configuration does not know never matches.
    pub types: Vec<TypeName>,
    /// The accepted statuses; an empty list accepts all.
    pub statuses: Vec<Status>,
    /// Whether conversions that the network marked as tests are sent too.
    pub test: bool,
    /// What to do with a conversion that takes money back.
    pub negative: Negative,
    /// The clauses, each with the condition that fails with it, in the order of the conditions.
    pub(super) clauses: Vec<(Condition, Clause<ParameterName>)>,
}

impl Conditions {
    /// Sets the smallest payout that is sent. It is compared with the payout that the channel is
    /// told, and only in the same currency.
    pub fn min_payout(&mut self, least: Money) {
        let (least, most) = (Some(Number::from(least)), None);
        self.add(
            Condition::MinPayout,
            "payout".into(),
            Test::Number(Range { least, most }),
        );
    }

    /// Sets the share of clicks whose conversions are sent. A click's id is hashed to a draw from 0
    /// up to 100, in steps of 10^-9 (as fine as a [`Percent`] can be written). Its conversions are
    /// sent when the draw is below the share. So a sale and the upsell or refund that follows it
    /// are either all sent or all not sent, and the result for one click never changes. What is
    /// sent at 30 % is also sent at 50 %. At 0 nothing is sent, and from 100 on everything.
    pub fn share(&mut self, share: Percent) {
        self.add(Condition::Share, "clickid".into(), Test::Share(share));
    }

    /// Sets the longest time from click to conversion that is accepted. A conversion before its
    /// click is accepted too.
    pub fn within(&mut self, longest: Duration) {
        self.add(Condition::Within, "clicktime".into(), Test::Within(longest));
    }

    /// Adds a `where`: the parameter must be exactly this text. An amount is compared in its
    /// printed form, without trailing zeros (`8.5`).
    pub fn matches(&mut self, name: ParameterName, text: impl Into<String>) {
        self.add(Condition::Where, name, Test::Text(Texts::exactly(text.into())));
    }

    /// Adds a `require`: the parameter must be present, and neither empty nor an unfilled macro.
    pub fn require(&mut self, name: ParameterName) {
        self.add(Condition::Require, name, Test::IsThere);
    }

    /// Adds any clause.
    pub fn when(&mut self, clause: Clause) {
        self.add(Condition::When, clause.name.as_str().into(), clause.test);
    }

    /// Whether both have the same conditions on a conversion, apart from its type and status.
    pub(crate) fn asks_like(&self, other: &Self) -> bool {
        self.test == other.test && self.negative == other.negative && self.clauses == other.clauses
    }

    fn add(&mut self, condition: Condition, name: ParameterName, test: Test) {
        let place = self.clauses.partition_point(|(known, _)| *known <= condition);
        self.clauses.insert(place, (condition, Clause { name, test }));
    }
}

/// What a rule does with a conversion that takes money back: its payout is negative, or it is a
/// refund, a chargeback or a returned cheque with any amount. A channel's plain postback cannot
/// take a conversion back, so sending one would count as another sale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Negative {
    /// It is not sent.
    #[default]
    Skip,
    /// It is sent like any other.
    Send,
}
