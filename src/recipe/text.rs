//! Texts of a recipe in which the account's own words stand.

use crate::config::Refusal;
use alloc::{format, string::String, vec::Vec};

/// A piece of such a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// `pixel` of the account.
    Pixel,
    /// `account` of the account.
    Account,
    /// The token.
    Token,
}

/// A text with places for the account's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Vec<Piece>);

impl Text {
    /// Reads a text.
    ///
    /// # Errors
    /// - a macro that is not one of the three, or `{token}` where it is not allowed
    /// - a brace without its other one
    pub(super) fn parse(text: &str, has_token: bool) -> Result<Self, Refusal> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}').ok_or_else(|| unbalanced(text))?;
            push(&mut pieces, before, text)?;
            pieces.push(match name {
                "pixel" => Piece::Pixel,
                "account" => Piece::Account,
                "token" if has_token => Piece::Token,
                "token" => return Err("the token has no place in an event, which is kept in a row".into()),
                other => {
                    let known = ["pixel", "account", "token"];
                    return Err(Refusal::word(other, "a macro of a recipe", known));
                }
            });
            rest = behind;
        }
        push(&mut pieces, rest, text)?;
        Ok(Self(pieces))
    }

    pub(crate) fn has(&self, piece: &Piece) -> bool {
        self.0.contains(piece)
    }
}

fn push(pieces: &mut Vec<Piece>, text: &str, whole: &str) -> Result<(), Refusal> {
    if text.contains('}') {
        return Err(unbalanced(whole));
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text.into()));
    }
    Ok(())
}

fn unbalanced(text: &str) -> Refusal {
    format!("`{}` has a brace without its other one", text.escape_debug()).into()
}
