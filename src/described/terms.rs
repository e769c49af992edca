//! An account at a platform that a recipe describes, and its requests without events.

use crate::draft::{append, json_escaped, json_text};
use crate::model::{Entry, ParameterRole, UserDatum};
use crate::outbound::{Encoding, Hole, HoledText, Outbound};
use crate::recipe::{Branch, Checked, Inside, MemberSource, Part, Piece, Text, WrittenAs};
use crate::telling::{MemberForm, NotTold};
use crate::telling::{frame, token};
use crate::user_data::{LeftOut, sha256_hex};
use crate::value::{Pii, SecretReference, TypeName};
use alloc::{collections::BTreeMap, format, string::String, sync::Arc};

/// What is particular to an account at such a platform.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) recipe: Arc<Checked>,
    pub(crate) pixel: Option<String>,
    pub(crate) account: Option<String>,
    /// Where its conversions happened.
    pub(crate) action_source: Option<String>,
    /// Where those of some types happened.
    pub(crate) action_sources: BTreeMap<TypeName, String>,
    /// The page of its conversions.
    pub(crate) page: Option<String>,
    pub(crate) test_code: Option<String>,
    pub(crate) partner: Option<String>,
    pub(crate) opt_out: bool,
    pub(crate) limited_data_use: bool,
}

impl Terms {
    /// The account's name at the platform, for people.
    pub(crate) fn account(&self) -> &str {
        let named = self.pixel.as_deref().or(self.account.as_deref());
        named.unwrap_or(self.recipe.recipe.id.as_str())
    }

    /// Where a conversion happened.
    pub(crate) fn source_of(&self, shown: &Entry) -> Option<&str> {
        let own = self.action_sources.get(&shown.type_name);
        own.or(self.action_source.as_ref()).map(String::as_str)
    }

    /// The click ids that the platform is told, each with its member.
    pub(crate) fn click_ids(&self) -> impl Iterator<Item = (&ParameterRole, &str)> {
        self.recipe.parts.iter().filter_map(|part| match part {
            Part::From {
                at,
                source: MemberSource::Role(role),
                ..
            } if role.is_click_id() => Some((role, at.as_str())),
            _ => None,
        })
    }

    /// Whether the platform knows a click or a browser by this role.
    pub(crate) fn knows_click_by(&self, role: &ParameterRole) -> bool {
        let is_made_of = |told: &ParameterRole| (told, role) == (&ParameterRole::Fbc, &ParameterRole::Fbclid);
        self.click_ids().any(|(told, _)| told == role || is_made_of(told))
    }

    /// How the visitor's address or user agent is told.
    pub(crate) fn of_browser(&self, datum: UserDatum, value: &str) -> Result<(MemberForm, Pii), NotTold> {
        let form = self.recipe.parts.iter().find_map(|part| match part {
            Part::From { source, written, .. } if *source == MemberSource::Person(datum) => Some(*written),
            _ => None,
        });
        match form {
            None => Err(NotTold::Unfit(LeftOut::NotTaken)),
            Some(WrittenAs::Hash) => Ok((MemberForm::Hashed, Pii::new(sha256_hex(value.trim())))),
            Some(_) => Ok((MemberForm::AsItCame, Pii::new(value))),
        }
    }

    /// The request without its events, at this origin.
    pub(crate) fn frame(&self, origin: &str, secret: &SecretReference, validates: bool) -> Outbound {
        let recipe = &self.recipe;
        let path = recipe.validate_path.as_ref().filter(|_| validates);
        let mut url = HoledText::plain(origin);
        append(
            &mut url,
            self.filled(path.unwrap_or(&recipe.path), secret, Encoding::Query),
        );
        let body = match &recipe.body {
            None => {
                let mut body = HoledText::default();
                body.push_hole(Hole::Items);
                body
            }
            Some(branches) => {
                let mut body = HoledText::plain("{");
                self.body(branches, secret, &mut body);
                body.push_str("}");
                body
            }
        };
        let mut request = frame(String::new(), [], body);
        request.url = url;
        for (name, text) in &recipe.headers {
            let value = self.filled(text, secret, Encoding::Verbatim);
            request.headers.push((name.clone(), value));
        }
        request
    }

    /// Writes the members of a request, and says whether there are any.
    fn body(&self, branches: &[Branch<Part>], secret: &SecretReference, out: &mut HoledText) -> bool {
        let mut is_begun = false;
        for branch in branches {
            let mut inner = HoledText::default();
            let is_there = match &branch.inside {
                Inside::Object(branches) => {
                    inner.push_str("{");
                    let is_there = self.body(branches, secret, &mut inner);
                    inner.push_str("}");
                    is_there
                }
                Inside::Value(Part::Items) => {
                    inner.push_str("[");
                    inner.push_hole(Hole::Items);
                    inner.push_str("]");
                    true
                }
                Inside::Value(Part::Text(text)) => {
                    inner.push_str("\"");
                    append(&mut inner, self.filled(text, secret, Encoding::Json));
                    inner.push_str("\"");
                    true
                }
                Inside::Value(Part::From { source, .. }) => match self.own(source) {
                    Some(json) => {
                        inner.push_str(&json);
                        true
                    }
                    None => false,
                },
            };
            if is_there {
                named(&mut is_begun, branch, inner, out);
            }
        }
        is_begun
    }

    /// What the account says by itself, as JSON.
    pub(crate) fn own(&self, source: &MemberSource) -> Option<String> {
        let text = match source {
            MemberSource::Page => self.page.as_deref(),
            MemberSource::TestCode => self.test_code.as_deref(),
            MemberSource::Partner => self.partner.as_deref(),
            MemberSource::OptOut if self.opt_out => return Some("true".into()),
            MemberSource::LimitedDataUse if self.limited_data_use => return Some("true".into()),
            _ => None,
        };
        text.map(json_text)
    }

    /// A text with the account's own words. They have letters, digits, `.`, `_` and `-` alone, so
    /// that they need no escape.
    fn filled(&self, text: &Text, secret: &SecretReference, encoding: Encoding) -> HoledText {
        let mut filled = HoledText::default();
        for piece in &text.0 {
            match piece {
                Piece::Text(text) if encoding == Encoding::Json => filled.push_str(&json_escaped(text)),
                Piece::Text(text) => filled.push_str(text),
                Piece::Pixel => filled.push_str(self.pixel.as_deref().unwrap_or_default()),
                Piece::Account => filled.push_str(self.account.as_deref().unwrap_or_default()),
                Piece::Token => filled.push_hole(token(secret, encoding)),
            }
        }
        filled
    }

    /// A fixed text of an event, as JSON.
    pub(super) fn fixed(&self, text: &Text) -> String {
        let texts = text.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Pixel => self.pixel.as_deref().unwrap_or_default(),
            Piece::Account => self.account.as_deref().unwrap_or_default(),
            // No event has one; the check of the recipe sees to it.
            Piece::Token => "",
        });
        json_text(&texts.collect::<String>())
    }
}

/// Adds a member.
pub(super) fn named<T>(is_begun: &mut bool, branch: &Branch<T>, inner: HoledText, out: &mut HoledText) {
    if core::mem::replace(is_begun, true) {
        out.push_str(",");
    }
    let (open, close) = if branch.is_list { ("[", "]") } else { ("", "") };
    out.push_str(&format!("\"{}\":{open}", branch.name));
    append(out, inner);
    out.push_str(close);
}
