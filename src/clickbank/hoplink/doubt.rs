//! The doubts about a ClickBank link that can be read.

use super::edit::with_article;
use super::form::Shape;
use super::parameter::{TRACKING_PARAMETERS, VTID, is_code, longest};
use super::{Link, LinkForm};
use crate::clickbank::tid::{Tid, TidError};
use crate::text::{SecondMark, shown};
use crate::value::is_unfilled_macro;
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use core::ops::RangeInclusive;
use thiserror::Error;

/// The length of nicknames, in letters and digits (ClickBank's onboarding guide; certain).
const NICKNAME: RangeInclusive<usize> = 5..=10;
/// The length of the label of an encrypted hoplink, as far as links were seen.
const LABEL: RangeInclusive<usize> = 20..=30;
/// The macros of a template that stand for our click id.
const CLICK_ID: &[&str] = &["{clickid}", "{_clickid}"];

/// Something in a link that is probably not what was meant. It prints as one line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct Doubt(pub(crate) Matter);

impl Doubt {
    /// Whether the doubt is about the page that the link leads to: the seller must have ClickBank's
    /// script for Direct Offer Tracking there.
    #[must_use]
    pub fn needs_script(&self) -> bool {
        self.0 == Matter::NeedsScript
    }
}

/// The reason for a doubt.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Matter {
    /// A second `?`. ClickBank's own article prints one: `vendor=cbtest?tid=..`.
    #[error("{0}")]
    SecondMark(SecondMark),
    /// An `&amp;` from the source of an HTML page.
    #[error("`{0}` shows that the link was pasted as HTML; write `&` in place of `&amp;`")]
    Html(String),
    /// The click id in a parameter that ClickBank does not know.
    #[error("ClickBank does not give `{name}` back, so the click id in it is lost; write `{instead}={{clickid}}`")]
    NotGivenBack {
        /// The parameter that is in the link.
        name: String,
        /// A parameter that comes back.
        instead: String,
    },
    /// A readable hoplink without one of its two names.
    #[error("a hoplink needs `{0}`")]
    Missing(&'static str),
    /// A name that is not the nickname of an account.
    #[error("`{0}` is not the nickname of an account: those have {min} to {max} letters and digits", min = NICKNAME.start(), max = NICKNAME.end())]
    Nickname(String),
    /// The label of an encrypted hoplink is shorter or longer than those that were seen (links that
    /// affiliates published; fairly sure).
    #[error("the encrypted part has {0} characters, and those that were seen have {min} to {max}", min = LABEL.start(), max = LABEL.end())]
    LabelLength(usize),
    /// The tracking code of the other side: `tid` is the affiliate's, `vtid` the seller's (support
    /// articles 220365867 and 360036580432; certain). That ClickBank does not give it back is a
    /// conclusion from that (fairly sure).
    #[error("`{name}` is the {owner}'s, and {link} gives back `{takes}`; {}", remedy(name, takes, *.stands))]
    OtherSide {
        /// The parameter that is in the link.
        name: &'static str,
        /// The side to which it belongs.
        owner: &'static str,
        /// The form of the link, with its article.
        link: String,
        /// The parameter that comes back.
        takes: &'static str,
        /// Whether that parameter is in the link as it should be.
        stands: bool,
    },
    /// A tracking code that holds our click id and something else.
    #[error(
        "`{name}={value}` holds more than the click id, and one character that ClickBank does not allow may drop the whole code; write \
         `{name}={{clickid}}` and put the rest elsewhere"
    )]
    Mixed {
        /// The parameter.
        name: &'static str,
        /// Its value, cut to the length that errors show.
        value: String,
    },
    /// A tracking code that ClickBank may change or drop: it is not a [`Tid`], which names its
    /// sources.
    #[error("`{0}`: {1}")]
    UnsafeCode(&'static str, TidError),
    /// A value that is too long for its parameter.
    #[error("`{0}` has {1} characters; ClickBank takes at most {2}")]
    TooLong(&'static str, usize, usize),
    /// A tracking parameter that is in the link more than once.
    #[error("`{0}` is there more than once, and it is not known which one ClickBank takes")]
    Repeated(&'static str),
    /// A direct link. Without the script, the page makes no hop (support articles 19034135835156
    /// and 19718075352340, "Direct Offer Tracking"; certain).
    #[error(
        "a direct link works only where the seller's page has ClickBank's script for Direct Offer Tracking: ask the seller"
    )]
    NeedsScript,
    /// A page to which a hoplink leads, recognised by `hop` and `hopId` in its query (as in
    /// published links; certain). That no hop is made for a visitor who is sent there is a
    /// conclusion (fairly sure).
    #[error("a hoplink has led to this page; visitors who are sent here have no hop of their own, so use the hoplink")]
    AfterHop,
    /// An order form: its URL has an id of the visit and a time in it (as in published links;
    /// certain). What happens to another visitor who is sent there is documented nowhere (a guess).
    #[error("this is the order form of one visit; send visitors to the hoplink or the pay link that led there")]
    OneVisit,
}

impl Link {
    /// The parts of the link that are probably not meant, in the order of the link.
    #[must_use]
    pub fn doubts(&self) -> Vec<Doubt> {
        let mark = SecondMark::find(self.as_str());
        let marked = mark.as_ref().map(|mark| mark.name().to_owned());
        let of_mark = |name: &str| marked.as_deref() == Some(name);
        let mut matters: Vec<Matter> = mark.clone().map(Matter::SecondMark).into_iter().collect();
        // A text with such a second `?` is not a nickname anyway, so it is not reported twice.
        let is_other =
            |matter: &Matter| !matches!(matter, Matter::Nickname(name) if mark.is_some() && name.contains('?'));
        matters.extend(of_form(self.form()).into_iter().filter(is_other));
        matters.extend(self.html());
        let mut seen = Vec::new();
        for (name, value) in self.parameters().filter(|(name, _)| !of_mark(name)) {
            let Some(name) = known(name) else {
                continue;
            };
            if seen.contains(&name) {
                let repeated = Matter::Repeated(name);
                if !matters.contains(&repeated) {
                    matters.push(repeated);
                }
                continue;
            }
            matters.extend(self.of_value(name, value));
            seen.push(name);
        }
        matters.extend(self.lost().filter(|_| mark.is_none()));
        matters.into_iter().map(Doubt).collect()
    }

    fn html(&self) -> Option<Matter> {
        let mut escaped = self.parameters().filter(|(name, _)| name.starts_with("amp;"));
        escaped.next().map(|(name, _)| Matter::Html(shown(name)))
    }

    /// A click id that does not come back, since its parameter is unknown to ClickBank.
    fn lost(&self) -> Option<Matter> {
        let takes = self.form().tracking_parameter()?;
        let filled = || self.parameters().filter(|(_, value)| holds_click_id(value));
        if filled().any(|(name, _)| longest(name).is_some() || self.given_back(name).is_some()) {
            return None;
        }
        let (name, _) = filled().find(|(name, _)| !name.starts_with("amp;"))?;
        Some(Matter::NotGivenBack {
            name: shown(name),
            instead: self.meant(name).unwrap_or(takes).into(),
        })
    }

    fn of_value(&self, name: &'static str, value: &str) -> Option<Matter> {
        if value.is_empty() {
            return None;
        }
        let takes = self.form().tracking_parameter();
        if let Some(takes) = takes.filter(|takes| is_code(name) && *takes != name) {
            return Some(Matter::OtherSide {
                name,
                owner: if name == VTID { "seller" } else { "affiliate" },
                link: with_article(self.form()),
                takes,
                // When only the wrong parameter holds a click id, the click id must be moved. Any
                // other value in the right parameter is no reason to keep both.
                stands: self
                    .value(takes)
                    .is_some_and(|held| holds_click_id(held) || !holds_click_id(value)),
            });
        }
        if is_code(name) && holds_click_id(value) && !CLICK_ID.contains(&value) {
            return Some(Matter::Mixed {
                name,
                value: shown(value),
            });
        }
        if is_unfilled_macro(value) {
            return None;
        }
        if is_code(name) {
            return Tid::new(value).err().map(|error| Matter::UnsafeCode(name, error));
        }
        let (length, longest) = (value.chars().count(), longest(name)?);
        (length > longest).then_some(Matter::TooLong(name, length, longest))
    }
}

/// The name of a tracking parameter of ClickBank's, as it stands in the table.
fn known(name: &str) -> Option<&'static str> {
    let mut known = TRACKING_PARAMETERS.iter().map(|(known, _)| *known);
    known.find(|known| *known == name)
}

fn of_form(form: &LinkForm) -> Vec<Matter> {
    let names = || [("affiliate", form.affiliate()), ("vendor", form.vendor())];
    let given = || names().into_iter().filter_map(|(_, name)| nickname(name?));
    match form.shape() {
        Shape::Hoplink => {
            let doubt = |(key, name): (&'static str, Option<&str>)| match name {
                Some(name) => nickname(name),
                None => Some(Matter::Missing(key)),
            };
            names().into_iter().filter_map(doubt).collect()
        }
        Shape::LegacyHoplink | Shape::PayLink | Shape::LegacyPayLink => given().collect(),
        Shape::EncryptedHoplink { label } if !LABEL.contains(&label) => [Matter::LabelLength(label)].into(),
        Shape::Direct => given().chain([Matter::NeedsScript]).collect(),
        Shape::Landing => [Matter::AfterHop].into(),
        Shape::OrderForm => [Matter::OneVisit].into(),
        Shape::EncryptedHoplink { .. } | Shape::Other => Vec::new(),
    }
}

/// Whether a value of a template holds a macro of our click id.
pub(crate) fn holds_click_id(value: &str) -> bool {
    CLICK_ID.iter().any(|filled| value.contains(filled))
}

fn remedy(name: &str, takes: &str, stands: bool) -> String {
    match stands {
        true => format!("leave `{name}` out"),
        false => format!("write `{takes}={{clickid}}`"),
    }
}

/// The doubt about a nickname. In the URL of an offer, a macro may stand in its place.
fn nickname(name: &str) -> Option<Matter> {
    let sound = NICKNAME.contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (!sound && !is_unfilled_macro(name)).then(|| Matter::Nickname(shown(name)))
}
