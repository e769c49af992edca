//! The tests that a clause can make on a fact.

use super::fact::Fact;
use super::range::Range;
use super::seen::Seen;
use super::share;
use super::texts::Texts;
use crate::value::{IpNet, Percent, is_unfilled_macro};
use alloc::vec::Vec;
use core::{net::IpAddr, time::Duration};

/// A test on a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    Text(Texts),
    Number(Range),
    Address(Vec<IpNet>),
    Within(Duration),
    Share(Percent),
    IsThere,
}

/// The test of a clause, as its reason shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted<'a>(pub(super) &'a Test);

impl Test {
    pub(super) fn check<'a>(&self, fact: Fact<'a>) -> Result<(), Seen<'a>> {
        match self {
            Self::Text(texts) => texts.check(fact),
            Self::Number(range) => range.check(fact),
            Self::Address(ranges) => fact.holds(|text| {
                let address: IpAddr = text.parse().map_err(|_| Seen::no("IP address"))?;
                let held = ranges.iter().any(|range| range.contains(&address));
                if held { Ok(()) } else { Err(Seen::OTHER) }
            }),
            Self::Within(longest) => match fact {
                Fact::Time { since, .. } if since <= *longest => Ok(()),
                Fact::Time { since, what, .. } => Err(Seen::Ago { since, what }),
                other => other.holds(|_| Err(Seen::no("time"))),
            },
            Self::Share(share) => fact.holds(|text| {
                let drawn = share::draw(text);
                if drawn < share.amount() {
                    Ok(())
                } else {
                    Err(Seen::Draw(drawn))
                }
            }),
            Self::IsThere => match fact {
                Fact::Text(text) if is_unfilled_macro(&text) => Err(Seen::Unfilled),
                Fact::Missing => Err(Seen::Missing),
                Fact::NoRate => Err(Seen::NoRate),
                Fact::NoAmount => Err(Seen::NoAmount),
                _ => Ok(()),
            },
        }
    }
}
