//! The recipes that are shipped.

use super::row::Recipe;
use crate::config::part::Value;
use crate::config::{Document, Node, Place, Report};

/// The names of the recipes that are shipped.
pub const SHIPPED: [&str; 3] = ["pinterest", "reddit", "snapchat"];

/// A recipe that is shipped, by its name. `templates/conversion-api` has each as TOML, with the
/// source of every fact and how sure it is.
#[must_use]
pub fn shipped(name: &str) -> Option<Recipe> {
    let text = match name {
        "pinterest" => include_str!("../../templates/conversion-api/pinterest.json"),
        "reddit" => include_str!("../../templates/conversion-api/reddit.json"),
        "snapchat" => include_str!("../../templates/conversion-api/snapchat.json"),
        _ => return None,
    };
    // A test reads every shipped recipe, so reading one here cannot fail.
    let document = Document::from_json(text).ok()?;
    let Some(Node::List(rows)) = document.entries().get("recipe") else {
        return None;
    };
    let report = Report::default();
    Recipe::read(rows.first()?, &Place::root(&report))
}
