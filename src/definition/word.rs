//! The values of a definition that are texts in the document.

use crate::condition::Clause;
use crate::config::part::Word;
use crate::config::word::{choices, texts};
use crate::config::{Refusal, Shape, date_or_time, duration, duration_text, one_of};
use crate::event::Interface;
use crate::model::{
    AccountRole, ApiMode, Counts, Duplicates, Method, ParameterRole, Platform, ReferrerPolicy, Refunds, SLOTS, Status,
    TypeCase, Updates, UserDatum,
};
use crate::network::{ReplyBody, TimeFormat};
use crate::rule::Negative;
use crate::scope::ClickSlot;
use crate::value::{
    Amount, CampaignId, ChannelId, Currency, DomainId, FieldPath, IpNet, OfferId, OfferSourceId, Percent, PostbackId,
    SecretReference, Timestamp, TypeName, ip_range,
};
use alloc::{
    format,
    string::{String, ToString},
};
use core::time::Duration;

/// The substitute for an id that could not be read. Nobody would choose it.
const UNREAD: &str = "-._.unread._.-";

texts! {
    FieldPath "the path of a field, as in `lineItems[0].productTitle`", "unread", str::parse;
    CampaignId "an id", UNREAD, str::parse;
    ChannelId "an id", UNREAD, str::parse;
    DomainId "an id", UNREAD, str::parse;
    OfferId "an id", UNREAD, str::parse;
    OfferSourceId "an id", UNREAD, str::parse;
    PostbackId "an id", UNREAD, str::parse;
    TypeName "the name of a conversion type", UNREAD, str::parse;
    IpNet "an address or a range of addresses", "192.0.2.0/24", ip_range;
    Currency "a currency, as in `USD`", "USD", str::parse;
    Percent "a percentage, as in `80` or `12.5`", "100", str::parse;
    Amount "an amount, as in `25.00`", "0", amount;
    Timestamp "a date or a time, as in `2026-01-31` or `2026-01-31T08:00:00Z`", "1970-01-01T00:00:00Z", date_or_time;
    Clause "a condition, as in `payout at least 10.00`", "unread is there", str::parse;
    TimeFormat "a format of times, `unix` or `unix_ms`", "unix", str::parse;
    ReplyBody "a text with the macros `{outcome}`, `{reason}` and `{parameter}`", "", str::parse;
}

impl Word for SecretReference {
    const MOST: usize = super::limits::MAX_REFERENCES;

    fn parse(text: &str) -> Result<Self, Refusal> {
        Ok(text.parse()?)
    }

    #[expect(
        clippy::expect_used,
        reason = "a constant text that every test of a broken document reads"
    )]
    fn unread() -> Self {
        "host:unread".parse().expect("a reference")
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn shape() -> Shape {
        Shape::Text("a reference to a secret: `env:NAME`, `file:PATH` or `host:NAME`")
    }
}

/// Implements [`Word`] for closed vocabularies. The literal says what one of their words is.
macro_rules! words {
    ($($word:ident $what:literal),+) => {
        $(impl Word for $word {
            fn parse(text: &str) -> Result<Self, Refusal> {
                one_of(text, $what, Self::ALL)
            }

            fn unread() -> Self {
                #[expect(clippy::indexing_slicing, reason = "no enum is empty")]
                Self::ALL[0]
            }

            fn text(&self) -> String {
                self.to_string()
            }

            fn shape() -> Shape {
                Shape::Choice(Self::ALL.iter().map(ToString::to_string).collect())
            }
        })+
    };
}
words!(
    AccountRole "an account's role",
    ApiMode "a mode",
    Counts "a way to count",
    Duplicates "a duplicate policy",
    Method "a method",
    Platform "a platform",
    ReferrerPolicy "a referrer policy",
    Status "a status",
    TypeCase "a way to compare types",
    Refunds "a way to treat refunds",
    Updates "a way to treat updates",
    UserDatum "something that is known of a person"
);

choices! {
    Interface "an interface" { "ins" = Ins, "s2s" = Postback }
    Negative "a way to treat negative payouts" { "skip" = Skip, "send" = Send }
}

impl Word for ParameterRole {
    fn parse(text: &str) -> Result<Self, Refusal> {
        Ok(Self::from(text))
    }

    fn unread() -> Self {
        Self::Other(String::new())
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn shape() -> Shape {
        Shape::Text("a role: one of ours, or your own with `x_` before it")
    }
}

impl Word for Duration {
    fn parse(text: &str) -> Result<Self, Refusal> {
        Ok(duration(text)?)
    }

    fn unread() -> Self {
        Self::ZERO
    }

    fn text(&self) -> String {
        duration_text(*self)
    }

    fn shape() -> Shape {
        Shape::Text("a duration, as in `60d`, `12h` or `1h30m`")
    }
}

impl Word for ClickSlot {
    fn parse(word: &str) -> Result<Self, Refusal> {
        Self::from_word(word).ok_or_else(|| {
            let message = format!(
                "`{}` is not a slot; there are ref_id, external_id, cost and sub1 to sub{SLOTS}",
                word.escape_debug()
            );
            Refusal::near(message, word, ["ref_id", "external_id", "cost"])
        })
    }

    fn unread() -> Self {
        Self::RefId
    }

    fn text(&self) -> String {
        self.to_string()
    }

    fn shape() -> Shape {
        Shape::Text("a slot: `ref_id`, `external_id`, `cost` or `sub1` to `sub20`")
    }
}

/// An amount that is not below zero.
pub(super) fn amount(text: &str) -> Result<Amount, Refusal> {
    let amount: Amount = text.parse()?;
    if amount.is_negative() {
        Err(format!("`{amount}` is negative").into())
    } else {
        Ok(amount)
    }
}
