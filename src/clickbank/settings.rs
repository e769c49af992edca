//! The settings of a ClickBank account in a configuration.

#[cfg(feature = "legacy-ins")]
use super::form::{FormCharset, FormVersion, ZeroDecimal};
use super::ins::Version;
use crate::config::part::{Field, Part, put, text};
use crate::config::setters::setters;
use crate::config::shape::Key;
use crate::config::word::choices;
use crate::config::{Entries, MAX_ENTRIES, Node, Shape, Table};
use crate::model::AccountRole;
use crate::value::{FieldPath, SecretReference};
use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

/// The settings of a ClickBank account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The account's role, where the document names it. It chooses the macros that are pasted into
    /// ClickBank's postback: `{tid}` and `{affiliate_earnings}` for an affiliate (the default), or
    /// `{vtid}` and `{vendor_earnings}` for a vendor. It changes nothing else: a notification names
    /// its own role, its amount is the one that `amount` names, and a click id is looked for at
    /// every path of `click_id_from`. A source that only receives notifications can leave the role
    /// out.
    pub account_role: Option<AccountRole>,
    /// The references to the account's secrets for notifications, newest first.
    pub secrets: Vec<SecretReference>,
    /// Whether a short secret is accepted.
    pub allow_short_secret: bool,
    /// The versions of notifications that are accepted, from 6.0 on.
    pub ins_versions: Vec<Version>,
    /// The settings of versions before 6.0.
    #[cfg(feature = "legacy-ins")]
    pub forms: FormSettings,
    /// The amount of a notification that counts.
    pub amount: AmountField,
    /// The places where a notification may carry our click id, best first.
    pub click_id_from: Vec<FieldPath>,
}

/// The settings of notifications before version 6.0.
#[cfg(feature = "legacy-ins")]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct FormSettings {
    /// The versions that are accepted; by default there are none.
    pub versions: Vec<FormVersion>,
    /// The charset in which their bytes are read.
    pub charset: FormCharset,
    /// The scale in which they write an amount of a currency without minor units.
    pub zero_decimal: ZeroDecimal,
}

/// The amount of a notification that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountField {
    /// `totalAccountAmount`: what the account received, in USD.
    Account,
    /// `totalOrderAmount`: what the customer paid, in the notification's `currency`.
    Order,
}

/// The places where ClickBank gives a click id back, best first: the tracking codes of the order, a
/// seller's variables, and the affiliate's parameters of version 8 (the support article on Instant
/// Notifications and 26455062697620, "Affiliate Tracking Parameters"; the keys inside the last ones
/// are named as in ClickBank's Orders API).
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

impl Default for Settings {
    /// The settings of an account for which nothing is written: every encrypted version and no
    /// secret.
    fn default() -> Self {
        Self {
            account_role: None,
            secrets: Vec::new(),
            allow_short_secret: false,
            ins_versions: [Version::V6, Version::V7, Version::V8].into(),
            #[cfg(feature = "legacy-ins")]
            forms: FormSettings::default(),
            amount: AmountField::Account,
            click_id_from: CLICK_ID_FROM.iter().filter_map(|path| path.parse().ok()).collect(),
        }
    }
}

setters!(Settings {
    option with_account_role(account_role: AccountRole),
    more with_secrets(secrets: SecretReference),
    value with_allow_short_secret(allow_short_secret: bool),
    value with_ins_versions(ins_versions: Vec<Version>),
    value with_amount(amount: AmountField),
    value with_click_id_from(click_id_from: Vec<FieldPath>),
});
#[cfg(feature = "legacy-ins")]
setters!(Settings {
    value with_forms(forms: FormSettings),
});
#[cfg(feature = "legacy-ins")]
setters!(FormSettings {
    more with_versions(versions: FormVersion),
    value with_charset(charset: FormCharset),
    value with_zero_decimal(zero_decimal: ZeroDecimal),
});

impl Part for Settings {
    fn keys() -> Vec<&'static str> {
        vec![
            "account_role",
            "secrets",
            "allow_short_secret",
            "ins_versions",
            "legacy_charset",
            "legacy_zero_decimal",
            "amount",
            "click_id_from",
        ]
    }

    fn shapes() -> Vec<Key> {
        let [charset, zero_decimal] = old_shapes();
        let shapes = [
            Option::<AccountRole>::shape(),
            Vec::<SecretReference>::shape(),
            bool::shape(),
            Shape::list(
                Shape::Choice(VERSIONS.iter().map(|version| (*version).into()).collect()),
                MAX_ENTRIES,
            ),
            charset,
            zero_decimal,
            Option::<AmountField>::shape(),
            Vec::<FieldPath>::shape(),
        ];
        let key = |(name, shape)| Key {
            name,
            needed: false,
            shape,
        };
        Self::keys().into_iter().zip(shapes).map(key).collect()
    }

    fn fields(row: &Table<'_>) -> Self {
        let usual = Self::default();
        let secrets = Vec::<SecretReference>::read_at(row, "secrets");
        let mut forms = old(row);
        let ins_versions = versions(row, !secrets.is_empty(), &mut forms).unwrap_or(usual.ins_versions);
        Self {
            account_role: Field::read_at(row, "account_role"),
            secrets,
            allow_short_secret: Field::read_at(row, "allow_short_secret"),
            ins_versions,
            #[cfg(feature = "legacy-ins")]
            forms,
            amount: Option::read_at(row, "amount").unwrap_or(usual.amount),
            click_id_from: Option::read_at(row, "click_id_from").unwrap_or(usual.click_id_from),
        }
    }

    /// Writes the settings that are not the default.
    fn write(&self, entries: &mut Entries) {
        let usual = Self::default();
        put(entries, "account_role", &self.account_role);
        put(entries, "secrets", &self.secrets);
        put(entries, "allow_short_secret", &self.allow_short_secret);
        let numbers = |settings: &Self| -> Vec<String> {
            #[cfg(feature = "legacy-ins")]
            let forms = settings.forms.versions.iter().map(ToString::to_string);
            #[cfg(not(feature = "legacy-ins"))]
            let forms = core::iter::empty();
            let encrypted = settings.ins_versions.iter().map(ToString::to_string);
            forms.chain(encrypted).collect()
        };
        put(entries, "ins_versions", &other(numbers(self), &numbers(&usual)));
        #[cfg(feature = "legacy-ins")]
        {
            let (forms, usual) = (&self.forms, FormSettings::default());
            put(entries, "legacy_charset", &other(forms.charset, &usual.charset));
            put(
                entries,
                "legacy_zero_decimal",
                &other(forms.zero_decimal, &usual.zero_decimal),
            );
        }
        put(entries, "amount", &other(self.amount, &usual.amount));
        let paths = self.click_id_from.clone();
        put(entries, "click_id_from", &other(paths, &usual.click_id_from));
    }
}

/// Returns a value that is not the default.
fn other<T: PartialEq>(own: T, usual: &T) -> Option<T> {
    (own != *usual).then_some(own)
}

/// The settings of the accepted versions before 6.0.
#[cfg(feature = "legacy-ins")]
type Forms = FormSettings;
#[cfg(not(feature = "legacy-ins"))]
struct Forms;

/// The versions that there are, oldest first.
const VERSIONS: [&str; 9] = ["1.0", "2.0", "2.1", "3.0", "4.0", "5.0", "6.0", "7.0", "8.0"];

/// Reads the accepted versions: the encrypted ones, and the older ones, which must be named.
fn versions(row: &Table<'_>, has_secrets: bool, forms: &mut Forms) -> Option<Vec<Version>> {
    const KEY: &str = "ins_versions";
    let is_empty = matches!(row.node(KEY)?, Node::List(versions) if versions.is_empty());
    if has_secrets && is_empty {
        row.at(KEY).problem("is empty, so every notification would be refused");
    }
    let mut encrypted = Vec::new();
    for (place, node) in row.items(KEY, MAX_ENTRIES) {
        let Some(text) = text(node, &place) else { continue };
        match (Version::parse(text), takes_old(forms, text)) {
            (Version::Other(_), Ok(true)) => {}
            (Version::Other(_), Err(missing)) => place.problem(missing),
            // There is no suggestion here, since the nearest text may be a version with a weaker
            // check.
            (Version::Other(_), Ok(false)) => {
                let text = text.escape_debug();
                place.problem(format!(
                    "`{text}` is not a version of the notifications; there are {}",
                    VERSIONS.join(", ")
                ));
            }
            (known, _) => encrypted.push(known),
        }
    }
    Some(encrypted)
}

/// Adds a version before 6.0; false when the text is not one.
#[cfg(feature = "legacy-ins")]
fn takes_old(forms: &mut Forms, text: &str) -> Result<bool, String> {
    match FormVersion::parse(text) {
        FormVersion::Other(_) => Ok(false),
        old => {
            forms.versions.push(old);
            Ok(true)
        }
    }
}

#[cfg(not(feature = "legacy-ins"))]
fn takes_old(_: &mut Forms, text: &str) -> Result<bool, String> {
    missing(text).map_or(Ok(false), Err)
}

/// The problem of a version before 6.0 in a program that cannot read it.
#[cfg(any(test, not(feature = "legacy-ins")))]
fn missing(text: &str) -> Option<String> {
    use crate::value::Amount;
    let version = text.parse::<Amount>().ok()?;
    let mut old = [10, 20, 21, 30, 40, 50].into_iter();
    let is_old = old.any(|tenths| Amount::from_minor_units(tenths, 1) == Some(version));
    is_old.then(|| format!("`{text}` {MISSING}"))
}

/// Reads the other settings of the versions before 6.0.
#[cfg(feature = "legacy-ins")]
fn old(row: &Table<'_>) -> Forms {
    FormSettings {
        versions: Vec::new(),
        charset: Option::read_at(row, "legacy_charset").unwrap_or_default(),
        zero_decimal: Option::read_at(row, "legacy_zero_decimal").unwrap_or_default(),
    }
}

#[cfg(not(feature = "legacy-ins"))]
fn old(row: &Table<'_>) -> Forms {
    for key in ["legacy_charset", "legacy_zero_decimal"] {
        if row.node(key).is_some() {
            row.at(key).problem(MISSING);
        }
    }
    Forms
}

/// What reads the settings of versions before 6.0, whether they are read here or not.
#[cfg(feature = "legacy-ins")]
fn old_shapes() -> [Shape; 2] {
    [Option::<FormCharset>::shape(), Option::<ZeroDecimal>::shape()]
}

#[cfg(not(feature = "legacy-ins"))]
fn old_shapes() -> [Shape; 2] {
    [Shape::Text("a text"), Shape::Text("a text")]
}

#[cfg(any(test, not(feature = "legacy-ins")))]
const MISSING: &str =
    "is for notifications before 6.0, and this program was built without the feature `legacy-ins` of `postback`";

choices! {
    AmountField "an amount of a notification" { "account" = Account, "order" = Order }
}

#[cfg(feature = "legacy-ins")]
choices! {
    FormCharset "a charset of the old notifications" { "utf-8" = Utf8, "latin-1" = Latin1 }
    ZeroDecimal "a scale of yen in the old notifications" { "minor" = Minor, "hundredths" = Hundredths }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_version_is_refused_by_the_feature_that_reads_it() {
        for text in ["1.0", "2", "2.1", "3.0", "4.0", "5.0"] {
            assert_eq!(
                missing(text).unwrap(),
                format!(
                    "`{text}` is for notifications before 6.0, and this program was built without the feature `legacy-ins` of `postback`"
                )
            );
        }
        for text in ["6.0", "8.0", "1.1", "7.1", "", "x"] {
            assert_eq!(missing(text), None, "{text}");
        }
    }
}
