//! States and provinces.

use super::country::{Country, Home, letters};
use super::left_out::LeftOut;
use super::place::letters_and_digits;
use crate::model::Platform;
use alloc::string::String;

/// Names and their codes.
type Table = [(&'static str, &'static str)];

/// The states of the United States, its capital's district and its territories, by the names and
/// codes of the Postal Service; in the order of the names.
static UNITED_STATES: [(&str, &str); 58] = [
    ("alabama", "al"),
    ("alaska", "ak"),
    ("americansamoa", "as"),
    ("arizona", "az"),
    ("arkansas", "ar"),
    ("california", "ca"),
    ("colorado", "co"),
    ("connecticut", "ct"),
    ("delaware", "de"),
    ("districtofcolumbia", "dc"),
    ("florida", "fl"),
    ("georgia", "ga"),
    ("guam", "gu"),
    ("hawaii", "hi"),
    ("idaho", "id"),
    ("illinois", "il"),
    ("indiana", "in"),
    ("iowa", "ia"),
    ("kansas", "ks"),
    ("kentucky", "ky"),
    ("louisiana", "la"),
    ("maine", "me"),
    ("maryland", "md"),
    ("massachusetts", "ma"),
    ("michigan", "mi"),
    ("minnesota", "mn"),
    ("mississippi", "ms"),
    ("missouri", "mo"),
    ("montana", "mt"),
    ("nebraska", "ne"),
    ("nevada", "nv"),
    ("newhampshire", "nh"),
    ("newjersey", "nj"),
    ("newmexico", "nm"),
    ("newyork", "ny"),
    ("northcarolina", "nc"),
    ("northdakota", "nd"),
    ("northernmarianaislands", "mp"),
    ("ohio", "oh"),
    ("oklahoma", "ok"),
    ("oregon", "or"),
    ("pennsylvania", "pa"),
    ("puertorico", "pr"),
    ("rhodeisland", "ri"),
    ("southcarolina", "sc"),
    ("southdakota", "sd"),
    ("tennessee", "tn"),
    ("texas", "tx"),
    ("usvirginislands", "vi"),
    ("utah", "ut"),
    ("vermont", "vt"),
    ("virginia", "va"),
    ("virginislands", "vi"),
    ("washington", "wa"),
    ("washingtondc", "dc"),
    ("westvirginia", "wv"),
    ("wisconsin", "wi"),
    ("wyoming", "wy"),
];

/// The provinces and territories of Canada, by the codes of Canada Post; in the order of the names.
static CANADA: [(&str, &str); 15] = [
    ("alberta", "ab"),
    ("britishcolumbia", "bc"),
    ("manitoba", "mb"),
    ("newbrunswick", "nb"),
    ("newfoundland", "nl"),
    ("newfoundlandandlabrador", "nl"),
    ("northwestterritories", "nt"),
    ("novascotia", "ns"),
    ("nunavut", "nu"),
    ("ontario", "on"),
    ("princeedwardisland", "pe"),
    ("quebec", "qc"),
    ("saskatchewan", "sk"),
    ("yukon", "yt"),
    ("yukonterritory", "yt"),
];

/// A state. In the United States and Canada it is the code of two letters, and what is no state
/// there is refused. Elsewhere it is the letters and digits of the text, since Meta's page names no
/// codes there (H). If no country is known, it is a state of these two.
///
/// # Errors
/// - [`LeftOut::UnknownState`]: no state of the country; no state of the two if none is known
pub(super) fn state(platform: Platform, text: &str, home: &Home) -> Result<String, LeftOut> {
    let code = |tables: &[&Table]| {
        let key = letters(text)?;
        tables.iter().find_map(|table| of(table, &key)).map(String::from)
    };
    let elsewhere = || letters_and_digits(platform, text);
    let found = match home.country {
        Some(Country::US) => code(&[&UNITED_STATES]),
        Some(Country::CA) => code(&[&CANADA]),
        Some(_) => Some(elsewhere()),
        None => code(&[&UNITED_STATES, &CANADA]).or_else(|| {
            let default = home.default_country;
            let is_elsewhere = default.is_some_and(|country| ![Country::US, Country::CA].contains(&country));
            is_elsewhere.then(elsewhere)
        }),
    };
    found.ok_or(LeftOut::UnknownState)
}

/// The code of a name, or of a code.
fn of(table: &Table, key: &str) -> Option<&'static str> {
    let row = table.iter().find(|(name, code)| *name == key || *code == key);
    row.map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(country: &str, default: &str, text: &str) -> Result<String, LeftOut> {
        let (country, default_country) = (Country::named(country), Country::named(default));
        state(
            Platform::Meta,
            text,
            &Home {
                country,
                default_country,
            },
        )
    }

    #[test]
    fn the_tables_stand_in_order_and_share_no_code() {
        for table in [&UNITED_STATES[..], &CANADA[..]] {
            assert!(table.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
        assert!(UNITED_STATES.iter().all(|(_, code)| of(&CANADA, code).is_none()));
    }

    #[test]
    fn a_state_belongs_to_its_country() {
        for (country, default, text, expected) in [
            ("US", "", "New-York", Ok("ny")),
            ("US", "", "Puerto Rico", Ok("pr")),
            ("US", "", "Washington, D.C.", Ok("dc")),
            ("US", "", "Ontario", Err(LeftOut::UnknownState)),
            ("CA", "", "Québec", Ok("qc")),
            ("CA", "", "Texas", Err(LeftOut::UnknownState)),
            ("AU", "", "New South Wales", Ok("newsouthwales")),
            ("AU", "US", "NSW", Ok("nsw")),
            ("", "", "Ontario", Ok("on")),
            ("", "", "Bayern", Err(LeftOut::UnknownState)),
            ("", "US", "Bayern", Err(LeftOut::UnknownState)),
            ("", "DE", "Bayern", Ok("bayern")),
            ("", "DE", "California", Ok("ca")),
        ] {
            let expected = expected.map(String::from);
            assert_eq!(at(country, default, text), expected, "{country} {default} {text}");
        }
    }
}
