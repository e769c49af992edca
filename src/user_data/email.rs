//! E-mail addresses.

use super::left_out::LeftOut;
use crate::model::Platform;
use alloc::{format, string::String};

/// An address as the platform compares it: in lower case; at Google the addresses of Gmail, and at
/// Microsoft those of every domain, without the dots and the `+tag` of the part before the `@`
/// (H).
///
/// # Errors
/// - no `@`, or more than one
/// - a blank or a control character inside
/// - nothing before the `@`, also after dots and tag are gone
/// - a domain without a dot, or with nothing beside one
pub(super) fn address(platform: Platform, text: &str) -> Result<String, LeftOut> {
    let lower = text.to_lowercase();
    let (local, domain) = lower.split_once('@').ok_or(LeftOut::NotAnAddress)?;
    let is_domain = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    if !is_domain || domain.contains('@') || lower.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(LeftOut::NotAnAddress);
    }
    let local = match platform {
        Platform::Microsoft => undecorated(local),
        Platform::Google if matches!(domain, "gmail.com" | "googlemail.com") => undecorated(local),
        Platform::Google | Platform::Meta | Platform::TikTok => local.into(),
    };
    if local.is_empty() {
        return Err(LeftOut::NotAnAddress);
    }
    Ok(format!("{local}@{domain}"))
}

fn undecorated(local: &str) -> String {
    let name = local.split('+').next().unwrap_or_default();
    name.replace('.', "")
}
