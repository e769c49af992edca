//! Countries, and where a buyer is at home.

use super::table::{OTHER_NAMES, ROWS, Row};
use alloc::string::String;
use core::fmt;

/// A country of ISO 3166-1, by its alpha-2 code in upper case.
///
/// ```
/// use postback::user_data::Country;
/// assert_eq!(Country::named("United Kingdom"), Country::named("uk"));
/// assert_eq!(Country::named("DEU").map(|country| country.calling_code()), Some(Some("49")));
/// assert_eq!(Country::named("Atlantis"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// Where a buyer is at home, as far as that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Home {
    /// The billing country.
    pub country: Option<Country>,
    /// The country that is configured for buyers without one.
    pub default_country: Option<Country>,
}

impl Home {
    /// The billing country, else the default one.
    #[must_use]
    pub fn known(&self) -> Option<Country> {
        self.country.or(self.default_country)
    }
}

impl Country {
    pub(super) const US: Self = Self(*b"US");
    pub(super) const CA: Self = Self(*b"CA");
    pub(super) const GB: Self = Self(*b"GB");

    /// Reads a code of ISO 3166-1 (two or three letters) or a name, of any case. Blanks, accents
    /// and the usual punctuation make no difference. The names are the English ones and a few
    /// others, such as `Deutschland`. `UK` is the United Kingdom. None if the text is nothing of
    /// these; two letters are never taken out of a longer text.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let key = letters(text)?;
        let code = key.to_ascii_uppercase();
        let row = match code.as_str() {
            "UK" => row_of("GB"),
            code if code.len() == 2 => row_of(code),
            code => ROWS.iter().find(|row| row.alpha_3 == code || row.name == key),
        };
        row.or_else(|| other_name(&key)).and_then(Self::of)
    }

    fn of(row: &Row) -> Option<Self> {
        row.code.as_bytes().try_into().ok().map(Self)
    }

    /// The alpha-2 code in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Two ASCII letters of the table.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The digits that stand before a phone number of the country, without a plus: `1`, `44`. None
    /// for the few countries that have no telephones of their own, such as Antarctica.
    #[must_use]
    pub fn calling_code(self) -> Option<&'static str> {
        let code = row_of(self.as_str())?.calling;
        (!code.is_empty()).then_some(code)
    }

    /// What a caller inside the country dials before a number; empty where that is nothing.
    pub(super) fn trunk_prefix(self) -> &'static str {
        row_of(self.as_str()).map_or("", |row| row.trunk)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({self})")
    }
}

fn row_of(code: &str) -> Option<&'static Row> {
    let at = ROWS.binary_search_by(|row| row.code.cmp(code)).ok()?;
    ROWS.get(at)
}

fn other_name(key: &str) -> Option<&'static Row> {
    let at = OTHER_NAMES.binary_search_by(|(name, _)| (*name).cmp(key)).ok()?;
    let (_, code) = OTHER_NAMES.get(at)?;
    row_of(code)
}

/// The letters of a name in lower case, without accents. None where something stands that is in no
/// such name.
pub(super) fn letters(text: &str) -> Option<String> {
    let mut letters = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match unaccented(letter) {
            plain if plain.is_ascii_lowercase() => letters.push(plain),
            blank if blank.is_whitespace() || ".-–,'’`()/_".contains(blank) => {}
            // An accent that stands apart.
            '\u{300}'..='\u{36f}' => {}
            _ => return None,
        }
    }
    Some(letters)
}

fn unaccented(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn code(text: &str) -> Option<String> {
        Country::named(text).map(|country| country.to_string())
    }

    #[test]
    fn the_tables_stand_in_order() {
        assert!(ROWS.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert!(OTHER_NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, code) in OTHER_NAMES {
            assert!(row_of(code).is_some_and(|row| row.name != name), "{name}");
            assert!(
                name.len() > 2
                    && !ROWS
                        .iter()
                        .any(|row| row.alpha_3.eq_ignore_ascii_case(name) || row.name == name)
            );
        }
    }

    #[test]
    fn every_country_is_read_by_both_codes_and_its_name() {
        for row in &ROWS {
            for text in [row.code, row.alpha_3, row.name] {
                assert_eq!(code(text).as_deref(), Some(row.code), "{text}");
            }
        }
    }

    #[test]
    fn what_people_write_is_read() {
        for (text, expected) in [
            ("UK", "GB"),
            ("Great Britain", "GB"),
            ("U.K.", "GB"),
            (" usa ", "US"),
            ("Côte d’Ivoire", "CI"),
            ("Cote d'Ivoire", "CI"),
            ("Curaçao", "CW"),
            ("Åland Islands", "AX"),
            ("Korea, Republic of", "KR"),
            ("Congo, The Democratic Republic of the", "CD"),
            ("Virgin Islands, U.S.", "VI"),
            ("Österreich", "AT"),
            ("UAE", "AE"),
        ] {
            assert_eq!(code(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_country_is_none() {
        for text in [
            "",
            " ",
            "Atlantis",
            "ZZ",
            "EN",
            "XXX",
            "CanadaCountry",
            "G@B",
            "US1",
            "美国",
            "Korea",
            "U",
        ] {
            assert_eq!(code(text), None, "{text}");
        }
    }

    #[test]
    fn calling_codes_are_known() {
        let calling = |text| Country::named(text).unwrap().calling_code();
        assert_eq!(calling("US"), Some("1"));
        assert_eq!(calling("Barbados"), Some("1"));
        assert_eq!(calling("KZ"), Some("7"));
        assert_eq!(calling("Kenya"), Some("254"));
        assert_eq!(calling("AQ"), None);
        let longest = ROWS.iter().map(|row| row.calling.len()).max();
        assert_eq!(longest, Some(3));
        assert!(ROWS.iter().all(|row| !row.calling.starts_with('0')));
    }
}
