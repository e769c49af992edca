//! What an account of ClickBank's says of itself in a configuration.

use super::form::{FormCharset, FormVersion, ZeroDecimal};
use super::ins::{Path, Version};
use crate::config::{MAX_ENTRIES, Node, Table};
use crate::model::AccountRole;
use crate::value::SecretReference;
use alloc::{format, vec::Vec};

/// An account's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The account's role, where the document says it. It chooses what is pasted into ClickBank's
    /// postback, `{tid}` and `{affiliate_earnings}` or `{vtid}` and `{vendor_earnings}` (affiliate
    /// where nothing is said), and changes nothing else: a notification says its own role, its
    /// amount is the one that `amount` names, and a click id is looked for at every path of
    /// `click_id_from`. A source for notifications alone can leave it out.
    pub account_role: Option<AccountRole>,
    /// The references to its secrets for notifications, newest first.
    pub secrets: Vec<SecretReference>,
    /// Whether a short secret is taken.
    pub allow_short_secret: bool,
    /// The versions of notifications that are taken, from 6.0.
    pub ins_versions: Vec<Version>,
    /// The versions before 6.0 that are taken: none unless they are named.
    pub form_versions: Vec<FormVersion>,
    /// How the bytes of a version before 6.0 are read as text.
    pub form_charset: FormCharset,
    /// How a version before 6.0 writes an amount in a currency without minor units.
    pub zero_decimal: ZeroDecimal,
    /// Which amount of a notification counts.
    pub amount: AmountField,
    /// Where a notification may carry our click id, best first.
    pub click_id_from: Vec<Path>,
}

/// Which amount of a notification counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountField {
    /// `totalAccountAmount`: what the account received, USD.
    Account,
    /// `totalOrderAmount`, in the notification's `currency`.
    Order,
}

/// Where ClickBank gives a click id back, best first: the tracking codes of the order, a seller's
/// variables, and version 8's affiliate parameters (the support article on Instant Notifications
/// and 26455062697620, "Affiliate Tracking Parameters"; the keys inside the last ones are named as
/// in ClickBank's Orders API).
const CLICK_ID_FROM: &[&str] = &[
    "trackingCodes",
    "vendorVariables.vtid",
    "vendorVariables.tid",
    "vendorVariables.extclid",
    "vendorVariables.clickid",
    "vendorVariables.aff_sub1",
    "vendorVariables.aff_sub2",
    "vendorVariables.aff_sub3",
    "vendorVariables.aff_sub4",
    "vendorVariables.aff_sub5",
    "affiliateTrackingParameters.extclid",
    "affiliateTrackingParameters.affSub1",
    "affiliateTrackingParameters.affSub2",
    "affiliateTrackingParameters.affSub3",
    "affiliateTrackingParameters.affSub4",
    "affiliateTrackingParameters.affSub5",
    "affiliateTrackingParameters.uniqueAffSub1",
    "affiliateTrackingParameters.uniqueAffSub2",
    "affiliateTrackingParameters.uniqueAffSub3",
    "affiliateTrackingParameters.uniqueAffSub4",
    "affiliateTrackingParameters.uniqueAffSub5",
];

impl Settings {
    /// Reads the keys of an offer source that are ClickBank's.
    pub(crate) fn read(row: &Table<'_>, secrets: Vec<SecretReference>) -> Self {
        const AMOUNTS: &[(&str, AmountField)] = &[("account", AmountField::Account), ("order", AmountField::Order)];
        const CHARSETS: &[(&str, FormCharset)] = &[("utf-8", FormCharset::Utf8), ("latin-1", FormCharset::Latin1)];
        const SCALES: &[(&str, ZeroDecimal)] =
            &[("minor", ZeroDecimal::Minor), ("hundredths", ZeroDecimal::Hundredths)];
        let (ins_versions, form_versions) = versions(row);
        Self {
            account_role: row.word("account_role", "an account's role", AccountRole::ALL),
            secrets,
            allow_short_secret: row.flag("allow_short_secret").unwrap_or(false),
            ins_versions,
            form_versions,
            form_charset: row
                .choice("legacy_charset", "a charset of the old notifications", CHARSETS)
                .unwrap_or_default(),
            zero_decimal: row
                .choice("legacy_zero_decimal", "a scale of yen in the old notifications", SCALES)
                .unwrap_or_default(),
            amount: row
                .choice("amount", "an amount of a notification", AMOUNTS)
                .unwrap_or(AmountField::Account),
            click_id_from: click_id_from(row),
        }
    }
}

fn click_id_from(row: &Table<'_>) -> Vec<Path> {
    if row.has("click_id_from") {
        return row.parsed_list("click_id_from", MAX_ENTRIES, str::parse);
    }
    CLICK_ID_FROM.iter().filter_map(|path| path.parse().ok()).collect()
}

/// The versions that are taken: encrypted ones, and older ones, which must be named.
fn versions(row: &Table<'_>) -> (Vec<Version>, Vec<FormVersion>) {
    const KNOWN: &str = "1.0, 2.0, 2.1, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0";
    if !row.has("ins_versions") {
        return ([Version::V6, Version::V7, Version::V8].into(), Vec::new());
    }
    let secrets = matches!(row.node("secrets"), Some(Node::List(secrets)) if !secrets.is_empty());
    if secrets && matches!(row.node("ins_versions"), Some(Node::List(versions)) if versions.is_empty()) {
        row.problem("ins_versions", "is empty, so every notification would be refused");
    }
    let (mut encrypted, mut forms) = (Vec::new(), Vec::new());
    row.parsed_list("ins_versions", MAX_ENTRIES, |text| {
        match (Version::parse(text), FormVersion::parse(text)) {
            // Without a suggestion: the nearest text may be a version with a weaker check.
            (Version::Other(_), FormVersion::Other(_)) => {
                let text = text.escape_debug();
                return Err(format!(
                    "`{text}` is not a version of the notifications; there are {KNOWN}"
                ));
            }
            (Version::Other(_), form) => forms.push(form),
            (known, _) => encrypted.push(known),
        }
        Ok(())
    });
    (encrypted, forms)
}
