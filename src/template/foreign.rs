//! Recognises texts that a person or another system still has to fill in, and other systems' names
//! for our fields.

use crate::model::SLOTS;
use crate::scope::{Field, theirs};
use crate::text::nearest;
use crate::value::is_unfilled_macro;
use alloc::{borrow::Cow, format, string::String};
use percent_encoding::percent_decode_str;

/// The macro of the tracker's own click id.
const OUR_CLICK_ID: &str = "clickid";

/// Returns the hint for a macro's name that is not a field. `click_id` is the macro that replaces
/// another system's name for a click id in this template: a network is told our click id, and a
/// channel its own.
pub(super) fn hint(name: &str, click_id: &str) -> String {
    let name = bare(name).to_ascii_lowercase();
    let slots = |prefix: &str| {
        let number = name.strip_prefix(prefix);
        let number = number.filter(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        number.map(|_| format!(", slots go from `{{{prefix}1}}` to `{{{prefix}{SLOTS}}}`"))
    };
    if let Some(hint) = slots("sub").or_else(|| slots("p_sub")) {
        return hint;
    }
    let near = nearest(&name, Field::names());
    let meant = |near: &str| format!(", did you mean `{{{near}}}`?");
    match (theirs(&name), near) {
        // The name is one of ours in another spelling.
        (Some(known), Some(near)) if known.ours == near && without_marks(near) == without_marks(&name) => meant(near),
        (Some(known), _) if known.ours == OUR_CLICK_ID && click_id != OUR_CLICK_ID => format!(
            ", known from {} for the tracker's click id, here `{{{OUR_CLICK_ID}}}`; a channel is told its own, did you mean `{{{click_id}}}`?",
            known.whose
        ),
        (Some(known), _) => format!(", known from {}, did you mean `{{{}}}`?", known.whose, known.ours),
        (None, near) => near.map_or_else(String::new, meant),
    }
}

fn without_marks(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).collect()
}

/// The name inside a macro of any syntax: `$click_id`, `:click_id`, `!click_id!`.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_ascii_alphanumeric())
}

/// Whether the text is a placeholder that a person must replace: `REPLACE` or `OPTIONAL`, also with
/// more behind it, as in `REPLACE_ME`. RedTrack and BeMob write these into their templates
/// (help.bemob.com/docs/adding-a-traffic-source-from-template).
pub(crate) fn is_placeholder(text: &str) -> bool {
    ["REPLACE", "OPTIONAL"]
        .iter()
        .filter_map(|word| text.strip_prefix(word))
        .any(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// Whether a whole value is a macro of another system (`[CLICK_ID]`, `%7Bclickid%7D`, `<CLICK_ID>`,
/// `__CLICKID__`). A macro inside a longer value is allowed, as in an encoded URL that the next
/// server fills in.
pub(super) fn is_foreign_macro(text: &str) -> bool {
    let decoded = decoded(text);
    let begins = decoded.starts_with(['{', '[', '$', '%', '#', '!', '_']);
    let bracketed = begins && decoded.ends_with(['}', ']', '%', '#', '!', '_']);
    let angular = decoded.len() > 2 && decoded.starts_with('<') && decoded.ends_with('>');
    (bracketed && is_unfilled_macro(text)) || angular
}

/// Returns the macro to write in place of another system's macro, or `click_id` where its meaning
/// is not known.
pub(super) fn instead(text: &str, click_id: &'static str) -> Cow<'static, str> {
    let decoded = decoded(text);
    match theirs(bare(&decoded)) {
        Some(known) if known.ours != OUR_CLICK_ID => known.ours,
        _ => Cow::Borrowed(click_id),
    }
}

fn decoded(text: &str) -> String {
    let once = percent_decode_str(text).decode_utf8_lossy();
    percent_decode_str(&once).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_macro_names_the_nearest_field() {
        for (text, expected) in [
            ("clikid", ", did you mean `{clickid}`?"),
            ("ClickID", ", did you mean `{clickid}`?"),
            ("click_id", ", did you mean `{clickid}`?"),
            (" clickid ", ", did you mean `{clickid}`?"),
            ("$click_id", ", did you mean `{clickid}`?"),
            ("refid", ", did you mean `{ref_id}`?"),
            ("offerpayout", ", did you mean `{offer_payout}`?"),
            ("stauts", ", did you mean `{status}`?"),
            ("sub21", ", slots go from `{sub1}` to `{sub20}`"),
            ("p_sub0", ", slots go from `{p_sub1}` to `{p_sub20}`"),
            ("p_sub", ""),
            ("zone", ""),
            ("", ""),
        ] {
            assert_eq!(hint(text, "ref_id"), expected, "{text}");
        }
    }

    #[test]
    fn another_systems_macro_is_named_with_ours() {
        for (text, ours, whose) in [
            ("externalid", "ref_id", "Voluum, Binom and BeMob"),
            ("externalId", "ref_id", "Voluum, Binom and BeMob"),
            ("txid", "event_id", "Voluum and BeMob"),
            ("revenue", "payout", "Keitaro and AdCombo"),
            ("sub_id_1", "sub1", "Keitaro and BuyGoods"),
            ("status_id", "status", "many networks"),
            ("goal", "type", "Affise"),
        ] {
            assert_eq!(
                hint(text, "ref_id"),
                format!(", known from {whose}, did you mean `{{{ours}}}`?")
            );
        }
    }

    /// A channel is told its own click id, never ours.
    #[test]
    fn another_systems_click_id_is_ours_to_a_network_and_its_own_to_a_channel() {
        for (text, whose) in [("cid", "Voluum and BeMob"), ("aff_sub", "TUNE")] {
            assert_eq!(
                hint(text, "clickid"),
                format!(", known from {whose}, did you mean `{{clickid}}`?")
            );
            assert_eq!(
                hint(text, "ref_id"),
                format!(
                    ", known from {whose} for the tracker's click id, here `{{clickid}}`; a channel is told its own, did you mean `{{ref_id}}`?"
                )
            );
        }
    }

    #[test]
    fn a_macro_of_another_dialect_is_foreign_and_a_value_is_not() {
        for text in [
            "[CLICK_ID]",
            "%7Bclickid%7D",
            "<CLICK_ID>",
            "__CLICKID__",
            "%23s2%23",
            "%23%23SUB_ID_SHORT(action)%23%23",
            "!!!clickRef!!!",
        ] {
            assert!(is_foreign_macro(text), "{text}");
        }
        for text in [
            "", "_", "__", "____", "__1__", "a__b__", "__a b__", "!", "%23", "1", "<>",
        ] {
            assert!(!is_foreign_macro(text), "{text}");
        }
    }

    #[test]
    fn what_stands_instead_depends_on_who_is_told() {
        for (text, click_id, expected) in [
            ("__CLICKID__", "clickid", "clickid"),
            ("[CLICK_ID]", "ref_id", "ref_id"),
            ("%23price%23", "ref_id", "payout"),
            ("[X]", "ref_id", "ref_id"),
        ] {
            assert_eq!(instead(text, click_id), expected, "{text}");
        }
    }

    #[test]
    fn placeholders_are_whole_words_in_upper_case() {
        for text in ["REPLACE", "OPTIONAL", "REPLACE_ME", "REPLACE-THIS", "OPTIONAL_GOAL"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "",
            "replace",
            "Replace",
            "REPLACED",
            "REPLACEMENT1",
            "NOT_OPTIONAL",
            "xREPLACE",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
