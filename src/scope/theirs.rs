//! The names that other systems have for our fields, in one table for everything that suggests a
//! name.
//!
//! The names are from the trackers' and networks' own pages and templates, looked up in November
//! 2026: docs.binom.org/conv-to-source.php, docs.keitaro.io (S2S placeholders, postback),
//! doc.voluum.com (postback parameters), docs.bemob.com, help.clickflare.io, clickmagick.com, the
//! help of TUNE, Everflow, Affise, Scaleo, Trackier, CAKE, Impact, Awin, Digistore24 and AdCombo,
//! and Keitaro's template export for networks without public pages.

use crate::model::SLOTS;
use alloc::{borrow::Cow, format, string::String};

/// A name that another system has for one of our fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Theirs {
    /// The systems that use the name, as in `Voluum and BeMob`.
    pub(crate) whose: &'static str,
    /// The name of our macro.
    pub(crate) ours: Cow<'static, str>,
}

/// Rows of: their name without `_` and `-`, the systems that use it, and our macro.
const NAMES: &[(&str, &str, &str)] = &[
    // The tracker's click id.
    ("affclickid", "TUNE and Scaleo", "clickid"),
    ("affsub", "TUNE", "clickid"),
    ("cid", "Voluum and BeMob", "clickid"),
    ("clickid", "ClickFlare and many networks", "clickid"),
    ("clickref", "Awin", "clickid"),
    ("cnvid", "Binom", "clickid"),
    ("mlsub1", "MyLead", "clickid"),
    ("pubclickid", "Affise Reach and Mobidea", "clickid"),
    ("rtkcid", "RedTrack", "clickid"),
    ("rtkclickid", "RedTrack", "clickid"),
    ("s2", "CAKE's networks, such as MaxBounty and ClickDealer", "clickid"),
    ("subid", "Keitaro and many networks", "clickid"),
    ("ymid", "Zeydoo", "clickid"),
    // The channel's click id.
    ("externalid", "Voluum, Binom and BeMob", "ref_id"),
    ("fbclid", "Meta", "ref_id"),
    ("gclid", "Google Ads", "ref_id"),
    ("msclkid", "Microsoft Ads", "ref_id"),
    ("obclickid", "Outbrain", "ref_id"),
    ("ttclid", "TikTok", "ref_id"),
    // The amount.
    ("affiliateamount", "JVZoo", "payout"),
    ("affiliateearnings", "ClickBank", "payout"),
    ("amount", "ClickFlare and many networks", "payout"),
    ("amountaffiliate", "Digistore24", "payout"),
    ("amt", "ClickMagick", "payout"),
    ("commission", "Awin and CJ", "payout"),
    ("commissionamount", "BuyGoods", "payout"),
    ("payment", "Dr.Cash and TerraLeads", "payout"),
    ("paymentsum", "Admitad", "payout"),
    ("payout", "Voluum, Keitaro and Binom", "payout"),
    ("payoutamount", "Everflow", "payout"),
    ("price", "CAKE's networks", "payout"),
    ("revenue", "Keitaro and AdCombo", "payout"),
    // The id of the transaction.
    ("actionid", "Impact", "event_id"),
    ("conversionid", "PeerClick and Affise Reach", "event_id"),
    ("eventid", "many networks", "event_id"),
    ("leadid", "CAKE's networks and TerraLeads", "event_id"),
    ("tid", "Keitaro", "event_id"),
    ("transactionid", "TUNE, Scaleo and Affise", "event_id"),
    ("transid", "AdCombo", "event_id"),
    ("txid", "Voluum and BeMob", "event_id"),
    ("txnid", "Trackier", "event_id"),
    ("ordernumber", "many shops", "order_id"),
    ("orderid", "BuyGoods and many shops", "order_id"),
    // The status.
    ("cnvstatus", "Binom", "status"),
    ("convstatus", "Scaleo", "status"),
    ("paymentstatus", "Admitad", "status"),
    ("statusid", "many networks", "status"),
    ("statuslead", "Webvork", "status"),
    // The event's name.
    ("ct", "ClickFlare", "type"),
    ("et", "Voluum", "type"),
    ("eventname", "Everflow", "type"),
    ("eventtype", "ClickBank", "type"),
    ("goal", "Affise", "type"),
    ("goalid", "TUNE and Scaleo", "type"),
    ("transactiontype", "Digistore24 and JVZoo", "type"),
    // The currency.
    ("cmccurrency", "ClickMagick", "currency"),
    ("cnvcurrency", "Binom", "currency"),
    // The values around the click.
    ("adcampaignid", "Keitaro", "rt_campaignid"),
    ("creativeid", "Keitaro and many channels", "rt_adid"),
    ("keyword", "Keitaro and many channels", "rt_keyword"),
    ("trafficsource", "Binom", "sourceid"),
];

/// The names that other systems have for the numbered slots, without the number.
const SLOT_NAMES: &[(&str, &str)] = &[
    ("affsub", "TUNE"),
    ("param", "Voluum"),
    ("s", "CAKE's networks"),
    ("subid", "Keitaro and BuyGoods"),
];

/// Returns our field for another system's name. Case, `_` and `-` do not matter.
pub(crate) fn theirs(name: &str) -> Option<Theirs> {
    let plain = folded(name);
    let known = NAMES.iter().find(|(known, ..)| *known == plain);
    let slot = || {
        let digits = plain.trim_start_matches(|c: char| !c.is_ascii_digit());
        let number: u8 = digits.parse().ok().filter(|number| (1..=SLOTS).contains(number))?;
        let word = plain.strip_suffix(digits)?;
        let (_, whose) = SLOT_NAMES.iter().find(|(known, _)| *known == word)?;
        Some(Theirs {
            whose,
            ours: Cow::Owned(format!("sub{number}")),
        })
    };
    let plain = known.map(|(_, whose, ours)| Theirs {
        whose,
        ours: Cow::Borrowed(ours),
    });
    plain.or_else(slot)
}

/// The longest name that is compared, in characters; no name in the table is longer.
const LONGEST: usize = 40;

fn folded(name: &str) -> String {
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    letters.map(|c| c.to_ascii_lowercase()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Field;
    use alloc::{collections::BTreeSet, vec::Vec};

    #[test]
    fn every_row_is_found_and_names_a_field() {
        for (name, whose, ours) in NAMES {
            let found = theirs(name).unwrap();
            assert_eq!((found.whose, found.ours.as_ref()), (*whose, *ours), "{name}");
            assert!(Field::from_name(ours).is_some(), "{ours}");
            assert_eq!(folded(name), *name);
        }
    }

    const GUIDE: &str = include_str!("../../docs/guides/moving.md");
    /// The trackers that the guide is about.
    const TRACKERS: [&str; 4] = ["Keitaro", "Voluum", "RedTrack", "Binom"];

    /// The rows of the guide's table: their name, the systems that use it, and our macro.
    fn told() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        let rows = GUIDE.lines().filter_map(|line| line.strip_prefix("| `{"));
        rows.map(|row| {
            let (name, rest) = row.split_once("}` | ").unwrap();
            let (whose, rest) = rest.split_once(" | `{").unwrap();
            (name, whose, rest.split_once("}` |").unwrap().0)
        })
    }

    #[test]
    fn the_guide_to_moving_tells_what_the_table_says() {
        for (name, whose, ours) in told() {
            let found = theirs(name).unwrap();
            assert_eq!((found.whose, found.ours.as_ref()), (whose, ours), "{name}");
        }
    }

    #[test]
    fn the_guide_to_moving_tells_every_name_of_its_trackers() {
        let told: BTreeSet<String> = told().map(|(name, ..)| folded(name)).collect();
        let plain = NAMES.iter().map(|(name, whose, _)| (String::from(*name), *whose));
        let slots = SLOT_NAMES.iter().map(|(name, whose)| (format!("{name}1"), *whose));
        for (name, whose) in plain.chain(slots) {
            let asked = TRACKERS.iter().any(|tracker| whose.contains(tracker));
            assert_eq!(told.contains(&name), asked, "{name}");
        }
    }

    #[test]
    fn the_macros_that_the_guide_says_are_ours_too_are_ours() {
        let (_, rest) = GUIDE.split_once("RedTrack's macros are ours").unwrap();
        let paragraph = rest.split("\n\n").next().unwrap();
        let names: Vec<&str> = paragraph
            .split("`{")
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap())
            .collect();
        assert!(names.len() > 20);
        for name in names {
            assert!(Field::from_name(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_name_is_found_in_any_spelling_and_a_slot_by_its_number() {
        for (name, ours) in [
            ("externalId", "ref_id"),
            ("CLICK_ID", "clickid"),
            ("transaction_id", "event_id"),
            ("sub_id_1", "sub1"),
            ("subid20", "sub20"),
            ("aff_sub", "clickid"),
            ("aff_sub2", "sub2"),
            ("s2", "clickid"),
            ("s3", "sub3"),
        ] {
            assert_eq!(theirs(name).unwrap().ours, ours, "{name}");
        }
        for name in ["", "_", "city", "sub_id_0", "sub_id_21", "s", "note", "subid999"] {
            assert_eq!(theirs(name), None, "{name}");
        }
    }
}
