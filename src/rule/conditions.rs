//! What a rule asks of a conversion.

use super::ParameterName;
use crate::model::Status;
use crate::value::{Money, Percent, TypeName};
use alloc::{string::String, vec::Vec};
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// The conditions of one postback, joined by AND. The default accepts every conversion of a known
/// type that is no test and takes no money back; the configuration adds `require = ["ref_id"]`,
/// which is a default of the document, not of the rule.
///
/// ```
/// use postback::rule::Conditions;
/// let mut paid_leads = Conditions::default();
/// paid_leads.types = vec!["Lead".parse()?];
/// paid_leads.statuses = vec![postback::model::Status::Approved];
/// paid_leads.matches = vec![("sub1".into(), "222".into())];
/// # Ok::<(), postback::value::IdError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conditions {
    /// The conversion types, compared exactly; none accepts all. A type that the configuration does
    /// not know never matches.
    pub types: Vec<TypeName>,
    /// The statuses; none accepts all.
    pub statuses: Vec<Status>,
    /// The least payout that is sent, itself included. Compared with what the channel is told, in
    /// the same currency only.
    pub min_payout: Option<Money>,
    /// Of how many of the clicks the conversions are sent: a click's id is hashed to a draw from 0
    /// up to 100, in steps of 10^-9, as fine as a [`Percent`] can be written; its conversions are
    /// sent when the draw is below the share. So a sale and the upsell or the refund that follows
    /// it are sent together or not at all, the answer for one click never changes, what is sent at
    /// 30 % is also sent at 50 %, at 0 nothing is sent and from 100 on everything.
    pub share: Option<Percent>,
    /// The longest time from click to conversion, itself included. A conversion before its click is
    /// within.
    pub within: Option<Duration>,
    /// `where`: each parameter is exactly this text. An amount is compared as it prints, without
    /// trailing zeros (`8.5`).
    pub matches: Vec<(ParameterName, String)>,
    /// The parameters that must be there, neither empty nor an unfilled macro.
    pub require: Vec<ParameterName>,
    /// Whether conversions that the network marked as tests are sent too.
    pub test: bool,
    /// What to do with a conversion that takes money back.
    pub negative: Negative,
}

impl Conditions {
    /// The conditions but for the types and statuses.
    pub(crate) fn without_names(&self) -> Self {
        Self {
            types: Vec::new(),
            statuses: Vec::new(),
            ..self.clone()
        }
    }
}

/// What a rule does with a conversion that takes money back: its payout is negative, or it is a
/// refund, a chargeback or a returned cheque, with whatever amount. A channel's plain postback
/// cannot take a conversion back, so sending one would count it as another sale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Negative {
    /// It is not sent.
    #[default]
    Skip,
    /// It is sent like any other.
    Send,
}
