//! The macros of ClickBank's Postback/Pixel (S2S), as far as they are known.
//!
//! ClickBank's own table (support article 26572131282964, "Postback/Pixels Guide") has more than
//! sixty rows, and only a part of it could be read. So this table is put together from RedTrack's
//! guide, from templates that trackers export, and from known receivers; each row says how sure it
//! is. A macro that is not in the table may exist: `lint` doubts it, and nothing refuses it.

mod known;
mod table;

pub use known::{Audience, Confidence, Macro};
pub use table::MACROS;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{collections::BTreeSet, vec::Vec};

    #[test]
    fn each_macro_is_there_once_and_says_what_it_means() {
        let names: BTreeSet<&str> = MACROS.iter().map(|known| known.name).collect();
        assert_eq!(names.len(), MACROS.len());
        for known in MACROS {
            assert!(!known.meaning.is_empty() && !known.source.is_empty(), "{}", known.name);
            assert!(known.format.is_none_or(|format| !format.is_empty()), "{}", known.name);
            assert_eq!(Macro::find(known.name), Some(known));
        }
        assert_eq!(Macro::find("{tid}"), None);
        assert_eq!(Macro::find("TID"), None);
    }

    #[test]
    fn click_ids_and_earnings_belong_to_one_side() {
        let of = |audience| -> Vec<&str> {
            let known = MACROS.iter().filter(|known| known.audience == audience);
            known.map(|known| known.name).collect()
        };
        assert_eq!(of(Audience::Vendor), ["vendor_earnings", "vtid"]);
        assert!(
            ["tid", "affiliate_earnings", "extclid", "aff_sub5", "campaign"]
                .iter()
                .all(|name| of(Audience::Affiliate).contains(name))
        );
    }

    #[test]
    fn a_name_that_nothing_speaks_for_is_known_as_such() {
        assert!(!Macro::find("email").unwrap().is_founded());
        assert!(Macro::find("unique_aff_sub1").unwrap().is_founded());
    }
}
