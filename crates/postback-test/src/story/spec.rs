//! One message of a story.

use crate::account::after;
use postback::event::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Sale,
    Upsell,
    Rebill,
    Refund,
    Chargeback,
    Cancel,
}

impl What {
    pub fn kind(self) -> Kind {
        match self {
            Self::Sale => Kind::Sale,
            Self::Upsell => Kind::Upsell,
            Self::Rebill => Kind::Rebill,
            Self::Refund => Kind::Refund,
            Self::Chargeback => Kind::Chargeback,
            Self::Cancel => Kind::Cancel,
        }
    }
}

/// One message, as it is drawn. Receipts are 1 to 3, and each but the first is the child of the one
/// before. Receipt 4 stands alone and belongs to `c2`.
#[derive(Debug, Clone)]
pub struct Spec {
    pub what: What,
    pub receipt: Option<u8>,
    pub tracked: bool,
    /// The time, in seconds after the click.
    pub at: i64,
    pub cents: i64,
    pub currency: &'static str,
    pub status: &'static str,
    pub event_id: &'static str,
}

impl Spec {
    pub fn click(&self) -> &'static str {
        if self.receipt == Some(4) { "c2" } else { "c1" }
    }

    pub fn type_name(&self, one_type: bool) -> &'static str {
        match self.what {
            What::Sale => "Purchase",
            What::Upsell | What::Rebill if one_type => "Purchase",
            What::Upsell => "Upsell",
            What::Rebill => "Rebill",
            What::Refund => "Refund",
            What::Chargeback => "Chargeback",
            What::Cancel => "CancelRebill",
        }
    }

    /// Returns the postback's query, without receipts and click.
    pub(super) fn query(&self, one_type: bool) -> String {
        format!(
            "type={}&sum={}.{:02}&currency={}&status={}&eventid={}&time={}",
            self.type_name(one_type),
            self.cents / 100,
            self.cents % 100,
            self.currency,
            self.status,
            self.event_id,
            after(self.at).unix_seconds()
        )
    }
}
