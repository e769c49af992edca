//! Doubts about the macros that a configuration has pasted into ClickBank.

use crate::clickbank::Settings;
use crate::clickbank::s2s::{Audience, MACROS, Macro};
use crate::config::{Place, Refusal};
use crate::model::{AccountRole, ParameterRole};
use crate::network::{Meaning, SourceView};
use alloc::{format, string::String, vec::Vec};

/// Reports doubts about the macros that a source defines itself. The macros of the shipped template
/// are known to be right.
pub(super) fn lint(place: &Place<'_>, source: &SourceView<'_>, settings: &Settings) {
    let role = settings.account_role.unwrap_or(AccountRole::Affiliate);
    let pasted = place.at("postback");
    for (word, text) in source.pasted {
        let place = pasted.at(word);
        match Meaning::from_word(word) {
            Some(Meaning::Currency) => place.problem(
                "is not pasted: earnings are always in USD, and `{currency}` is what the customer paid in; give it a row under `parameter` if \
                 it is wanted",
            ),
            Some(Meaning::Sum) if text == "{total_transaction_amount}" => place.problem(other_sum(role)),
            _ => names(&place, text, role),
        }
    }
    for (place, row) in place.rows("parameter", source.parameters) {
        let text = row.macro_text.as_str();
        if text == "{r}" {
            continue;
        }
        if text == "{currency}" && row.role == Some(ParameterRole::Currency) {
            let said = "`{currency}` is what the customer paid in, and earnings are in USD; leave the role out";
            place.at("role").problem(said);
        }
        names(&place.at("macro"), text, role);
    }
}

fn other_sum(role: AccountRole) -> String {
    let earnings = match role {
        AccountRole::Affiliate => "{affiliate_earnings}",
        AccountRole::Vendor => "{vendor_earnings}",
    };
    format!(
        "`{{total_transaction_amount}}` is what the customer paid, in a currency that it does not name, and would be read as USD; write \
         `{earnings}`"
    )
}

/// Reports macros in a text that are unknown, or that ClickBank fills only for the other side.
fn names(place: &Place<'_>, text: &str, role: AccountRole) {
    for name in text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)) {
        if let Some(refusal) = refusal(name, role) {
            place.refuse(refusal);
        }
    }
}

fn refusal(name: &str, role: AccountRole) -> Option<Refusal> {
    let unknown = |more: &str| {
        format!(
            "`{{{}}}` is not a macro of ClickBank's, as far as is known{more}",
            name.escape_debug()
        )
    };
    let Some(known) = Macro::find(name) else {
        let founded = MACROS.iter().filter(|known| known.is_founded());
        let founded: Vec<String> = founded.map(|known| format!("{{{}}}", known.name)).collect();
        let word = format!("{{{name}}}");
        return Some(Refusal::near(unknown(""), &word, founded.iter().map(String::as_str)));
    };
    if !known.is_founded() {
        return Some(unknown(&format!("; {}", known.meaning)).into());
    }
    match (known.audience, role) {
        (Audience::Affiliate, AccountRole::Vendor) => {
            let instead = match name {
                "tid" => "; write `{vtid}`",
                "affiliate_earnings" => "; write `{vendor_earnings}`",
                _ => "",
            };
            let said =
                format!("`{{{name}}}` is filled for affiliates alone, and the source's account is a vendor's{instead}");
            Some(said.into())
        }
        (Audience::Vendor, AccountRole::Affiliate) => {
            let said = format!(
                "`{{{name}}}` is filled for sellers alone; say `account_role = \"vendor\"` if the account is a seller's"
            );
            Some(said.into())
        }
        _ => None,
    }
}
