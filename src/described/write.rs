//! Writes the event of a conversion for a platform that a recipe describes.

use super::terms::{Terms, named};
use super::values::{Value, value};
use crate::draft::Draft;
use crate::outbound::{Encoding, Hole, HoledText};
use crate::recipe::{Branch, Inside, Part};
use crate::telling::AdPlatform;
use crate::telling::Subject;
use crate::telling::Unsent;
use crate::value::Pii;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

pub(crate) fn write(terms: &Terms, subject: &Subject<'_>, draft: &mut Draft) -> Result<(), Unsent> {
    let recipe = &terms.recipe;
    let values = recipe.parts.iter().map(|part| match part {
        Part::Items => None,
        Part::Text(text) => Some(Value {
            json: terms.fixed(text),
            is_personal: false,
        }),
        Part::From { .. } => value(terms, subject, part),
    });
    let values: Vec<Option<Value>> = values.collect();
    let mut there: BTreeSet<&str> = BTreeSet::new();
    for (part, value) in recipe.parts.iter().zip(&values) {
        let Part::From { at, needed, .. } = part else { continue };
        if value.is_some() {
            there.insert(at);
        } else if *needed {
            return Err(Unsent::MissingMember {
                platform: AdPlatform::Recipe(recipe.recipe.id.clone()),
                member: at.clone(),
            });
        }
    }
    let is_there = |set: &Vec<String>| set.iter().all(|path| there.contains(path.as_str()));
    if !recipe.one_of.is_empty() && !recipe.one_of.iter().any(is_there) {
        let platform = AdPlatform::Recipe(recipe.recipe.id.clone());
        return Err(Unsent::TooLittle { platform });
    }
    let (mut text, mut private) = (HoledText::default(), BTreeMap::new());
    members(&recipe.event, &values, "", &mut text, &mut private);
    draft.holed(text, private);
    Ok(())
}

/// Writes the members of an object, and says whether there are any. Its personal ones stand behind
/// the others, in a hole that vanishes when they have expired.
fn members(
    branches: &[Branch<usize>],
    values: &[Option<Value>],
    path: &str,
    out: &mut HoledText,
    private: &mut BTreeMap<String, Pii>,
) -> bool {
    let mut is_begun = false;
    let mut personal = String::new();
    for branch in branches {
        match &branch.inside {
            Inside::Object(branches) => {
                let path = match path {
                    "" => branch.name.clone(),
                    path => format!("{path}.{}", branch.name),
                };
                let mut inner = HoledText::plain("{");
                if members(branches, values, &path, &mut inner, private) {
                    inner.push_str("}");
                    named(&mut is_begun, branch, inner, out);
                }
            }
            Inside::Value(index) => {
                let Some(Some(value)) = values.get(*index) else {
                    continue;
                };
                if value.is_personal {
                    let comma = if personal.is_empty() { "" } else { "," };
                    let (open, close) = if branch.is_list { ("[", "]") } else { ("", "") };
                    personal.push_str(&format!("{comma}\"{}\":{open}{}{close}", branch.name, value.json));
                } else {
                    named(&mut is_begun, branch, HoledText::plain(value.json.as_str()), out);
                }
            }
        }
    }
    if !personal.is_empty() {
        if core::mem::replace(&mut is_begun, true) {
            out.push_str(",");
        }
        let field = if path.is_empty() {
            // No path of an object is a point.
            ".".to_string()
        } else {
            path.to_string()
        };
        let mut member = HoledText::default();
        member.push_hole(Hole::Private {
            field: field.clone(),
            encoding: Encoding::Verbatim,
        });
        out.push_optional(member);
        private.insert(field, Pii::new(personal));
    }
    is_begun
}
