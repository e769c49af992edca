//! Guesses the meaning of a parameter whose name has none here. It is a hint for a person and is
//! never used to read a postback.

use super::{Meaning, ParameterMap};
use crate::scope::theirs;
use crate::text::nearest;
use alloc::string::{String, ToString};
use core::fmt;

/// The length below which a name is not treated as a typing mistake of another: `sub` is not `sum`.
const SHORTEST: usize = 4;

/// The name that was probably meant by a parameter whose name has no meaning here. It prints as one
/// sentence:
///
/// ```
/// use postback::network::ParameterMap;
/// let names = ParameterMap::generic();
/// let said = |name: &str| names.hint(name, &[]).map(|hint| hint.to_string());
/// assert_eq!(
///     said("payout").unwrap(),
///     "`payout`, known from Voluum, Keitaro and Binom, means nothing here; did you mean `sum`?",
/// );
/// assert_eq!(said("stauts").unwrap(), "`stauts` means nothing here; did you mean `status`?");
/// assert_eq!(said("city"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameHint {
    came: String,
    meant: String,
    meaning: Option<Meaning>,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// The name begins with `amp;`, since the URL was copied from HTML with `&amp;` in place of
    /// `&`.
    Html,
    /// These other systems use that name.
    Theirs(&'static str),
    /// A name here is nearly the same.
    Near,
    /// The name is a known one within a list or an object: `sum[]`, `data.sum`.
    Within,
}

impl NameHint {
    /// The name that came.
    #[must_use]
    pub fn came(&self) -> &str {
        &self.came
    }

    /// The name to write in its place.
    #[must_use]
    pub fn meant(&self) -> &str {
        &self.meant
    }

    /// The meaning of the name to write; none for a parameter of the source's own.
    #[must_use]
    pub fn meaning(&self) -> Option<Meaning> {
        self.meaning
    }
}

impl fmt::Display for NameHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (came, meant) = (self.came.escape_debug(), &self.meant);
        match self.why {
            Why::Html => write!(
                f,
                "`{came}` means nothing here: the URL was pasted as HTML; write `&` in place of `&amp;`, so that it is `{meant}`"
            ),
            Why::Theirs(whose) => write!(
                f,
                "`{came}`, known from {whose}, means nothing here; did you mean `{meant}`?"
            ),
            Why::Near => write!(f, "`{came}` means nothing here; did you mean `{meant}`?"),
            Why::Within => {
                write!(f, "`{came}` means nothing here; ")?;
                match self.meaning {
                    Some(meaning) => write!(
                        f,
                        "it is read with `names = {{ {meaning} = \"{came}\" }}` in the source's row"
                    ),
                    None => write!(f, "did you mean `{meant}`?"),
                }
            }
        }
    }
}

impl ParameterMap {
    /// Returns the name that was probably meant by a name without a meaning here; none where
    /// nothing is near. `own` lists the source's own parameters.
    #[must_use]
    pub fn hint(&self, name: &str, own: &[&str]) -> Option<NameHint> {
        let is_known = |name: &str| self.meaning(name).is_some() || own.contains(&name);
        if is_known(name) {
            return None;
        }
        let hint = |meant: &str, why| NameHint {
            came: name.to_string(),
            meant: meant.to_string(),
            meaning: self.meaning(meant),
            why,
        };
        let bare = name.trim_start_matches("amp;");
        if bare.len() < name.len() && !bare.is_empty() {
            let meant = match is_known(bare) {
                true => bare,
                false => self.nearest(bare, own).map_or(bare, |(near, _)| near),
            };
            return Some(hint(meant, Why::Html));
        }
        if let Some(inner) = inner(name).filter(|inner| is_known(inner)) {
            return Some(hint(inner, Why::Within));
        }
        let (meant, why) = self.nearest(name, own)?;
        Some(hint(meant, why))
    }

    fn nearest<'a>(&'a self, name: &str, own: &[&'a str]) -> Option<(&'a str, Why)> {
        if let Some(meant) = self.spoken_name(name) {
            return Some((meant, Why::Near));
        }
        let usual = theirs(name).and_then(|known| {
            let meaning = usual_meaning(&known.ours)?;
            // Of several names, one from the source's own table is used, or else the shortest.
            let names = self.names(meaning);
            let plainest = names.min_by_key(|name| (!own.contains(name), name.len()))?;
            Some((plainest, Why::Theirs(known.whose)))
        });
        usual.or_else(|| {
            let known = self.known().chain(own.iter().copied());
            let near = nearest(name, known)?;
            let is_said = name.len() >= SHORTEST || near.eq_ignore_ascii_case(name);
            is_said.then_some((near, Why::Near))
        })
    }

    /// The name under which the network's dialect pastes the macro with this name. For ClickBank,
    /// `tid` is the macro of the click id.
    fn spoken_name(&self, name: &str) -> Option<&str> {
        let is_it = |filled: &str| filled.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) == Some(name);
        let (pasted, _) = self.pasted().find(|(_, filled)| is_it(filled))?;
        self.meaning(pasted).map(|_| pasted)
    }
}

/// Whether `part` names something within an object or a list that came as `name`: `sum.eur` and
/// `sum[]` are within `sum`.
pub(crate) fn is_part_of(part: &str, name: &str) -> bool {
    part.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// The name that stands within the name of a list's or an object's member: `sum` of `sum[]`,
/// `sum[0]`, `data.sum` and `data[sum]`.
fn inner(name: &str) -> Option<&str> {
    let parts = name.rsplit(['.', '[', ']']);
    let mut named = parts.filter(|part| part.bytes().any(|byte| !byte.is_ascii_digit()));
    named.next().filter(|inner| inner.len() < name.len())
}

/// The meaning that a postback's parameter has when it is named like the macro of a field.
fn usual_meaning(ours: &str) -> Option<Meaning> {
    match ours {
        "payout" => Some(Meaning::Sum),
        _ => Meaning::from_word(ours),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;

    fn meant(map: &ParameterMap, name: &str) -> Option<String> {
        map.hint(name, &["product"]).map(|hint| hint.meant)
    }

    #[test]
    fn the_fields_names_of_other_systems_are_known() {
        let map = ParameterMap::generic();
        for (name, expected) in [
            ("payout", "sum"),
            ("revenue", "sum"),
            ("amount", "sum"),
            ("cid", "clickid"),
            ("click_id", "clickid"),
            ("subid", "clickid"),
            ("s2", "clickid"),
            ("txid", "eventid"),
            ("transaction_id", "eventid"),
            ("cnv_status", "status"),
            ("goal", "type"),
            ("sub_id_3", "sub3"),
            ("Sum", "sum"),
            ("stauts", "status"),
            ("prodcut", "product"),
        ] {
            assert_eq!(meant(&map, name).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn what_is_known_or_near_nothing_has_no_hint() {
        let map = ParameterMap::generic();
        for name in [
            "sum", "sub1", "product", "city", "sub", "ip", "note", "page", "gclid", "",
        ] {
            assert_eq!(meant(&map, name), None, "{name}");
        }
    }

    #[test]
    fn a_name_within_a_list_or_an_object_is_told_the_key_that_reads_it() {
        let map = ParameterMap::generic();
        for (name, key) in [
            ("sum[]", "sum"),
            ("clickid[0]", "clickid"),
            ("data.clickid", "clickid"),
            ("data[eventid]", "event_id"),
            ("items.0.sum", "sum"),
        ] {
            let said = map.hint(name, &[]).unwrap().to_string();
            let told = alloc::format!(
                "`{name}` means nothing here; it is read with `names = {{ {key} = \"{name}\" }}` in the source's row"
            );
            assert_eq!(said, told);
            let names = BTreeMap::from([(key.to_string(), name.to_string())]);
            assert!(map.clone().with_names(&names).is_ok(), "{name}");
        }
        let own = map.hint("product[]", &["product"]).unwrap();
        assert_eq!(
            own.to_string(),
            "`product[]` means nothing here; did you mean `product`?"
        );
        assert_eq!(map.hint("data.city", &[]), None);
    }

    #[test]
    fn a_source_with_names_of_its_own_is_told_those() {
        let names = [("clickid", "subid"), ("sum", "payout"), ("event_id", "tid")];
        let names: BTreeMap<String, String> = names.map(|(meaning, name)| (meaning.into(), name.into())).into();
        let keitaro = ParameterMap::generic().with_names(&names).unwrap();
        for (name, expected) in [
            ("payout", None),
            ("revenue", Some("payout")),
            ("cid", Some("subid")),
            ("txid", Some("tid")),
        ] {
            assert_eq!(meant(&keitaro, name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_url_out_of_a_pages_html_is_said_to_be_one() {
        let map = ParameterMap::generic();
        let hint = map.hint("amp;sum", &[]).unwrap();
        assert_eq!((hint.meant(), hint.meaning()), ("sum", Some(Meaning::Sum)));
        assert_eq!(
            hint.to_string(),
            "`amp;sum` means nothing here: the URL was pasted as HTML; write `&` in place of `&amp;`, so that it is `sum`"
        );
        assert_eq!(meant(&map, "amp;payout").as_deref(), Some("sum"));
        assert_eq!(meant(&map, "amp;page").as_deref(), Some("page"));
        assert_eq!(meant(&map, "amp;"), None);
    }
}
