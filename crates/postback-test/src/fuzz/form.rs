//! Forms of INS 1.0 to 5.0: with the secret a form can be made that verifies, and no other form
//! verifies.

use postback::clickbank::form::{Form, FormDiagnosis, FormVersion, MAX_FORM, MAX_FORM_PARAMETERS};
use postback::{KeyRing, Secret};
use sha1::{Digest, Sha1};
use std::collections::BTreeMap;
use url::form_urlencoded;

const SECRET: &str = "ANOTHERSECRET42";

/// The order of fields in 1.0, where a field that did not come is empty.
const FIRST: &str = "ccustname|ccustemail|ccustcc|ccuststate|ctransreceipt|cproditem|ctransaction|ctransaffiliate|ctranspublisher|cprodtype|\
                     cprodtitle|ctranspaymentmethod|ctransamount|caffitid|cvendthru";

/// Reads the bytes as the body.
pub fn form(bytes: &[u8]) {
    let key_ring = KeyRing::new(vec![Secret::from(SECRET)]).unwrap();
    let other = KeyRing::new(vec![Secret::from("SECRETSECRET1234")]).unwrap();
    let read = Form::parse(bytes);
    let expected = reference(bytes);
    assert_eq!(read.is_ok(), expected.is_some(), "{read:?} {}", bytes.escape_ascii());
    let (Ok(form), Some(values)) = (&read, expected) else {
        let error = read.unwrap_err().to_string();
        assert!(!error.chars().any(char::is_control), "{error}");
        return;
    };
    assert_eq!(
        format!("{form:?}"),
        format!("Form({} parameters)", values.len()),
        "no value is shown"
    );
    // The body is taken as it came. It verifies only if its check is right.
    let right = values
        .get("cverify")
        .is_some_and(|given| *given == check(&form.version(), &values));
    if form.verify(&key_ring).is_ok() {
        assert!(right);
    }
    // The body is taken with the check that belongs to it.
    let mut made = values.clone();
    made.insert("cverify".into(), String::new());
    let version = Form::parse(printed(made.iter()).as_bytes()).unwrap().version();
    made.insert("cverify".into(), check(&version, &values));
    let (sorted, reversed) = (printed(made.iter()), printed(made.iter().rev()));
    let Ok(form) = Form::parse(sorted.as_bytes()) else {
        assert!(sorted.len() > MAX_FORM || made.len() > MAX_FORM_PARAMETERS);
        return;
    };
    assert_eq!(
        form,
        Form::parse(reversed.as_bytes()).unwrap(),
        "their order in the body does not matter"
    );
    let diagnoses = form.diagnose(&key_ring);
    assert!(
        diagnoses.len() == 1 && !diagnoses.contains(&FormDiagnosis::Check),
        "{diagnoses:?} {sorted}"
    );
    assert!(form.verify(&other).is_err());
    let verified = form.verify(&key_ring);
    assert_eq!(verified.is_ok(), diagnoses == [FormDiagnosis::Verifies]);
    if let Ok(notification) = verified {
        assert_eq!(made["ctransaction"], notification.transaction_type_text());
        assert_eq!(
            made["ctranstime"].parse(),
            Ok(notification.transaction_time().unix_seconds())
        );
        assert_eq!(notification.version(), &version);
        for (name, value) in &values {
            let told = notification.value(name).map(|value| value.expose().to_owned());
            assert!(told.is_none_or(|told| told == *value), "{name}");
        }
    }
    changed(&made, &version, &key_ring);
}

/// Checks that a form is refused if a value under the check is changed.
fn changed(made: &BTreeMap<String, String>, version: &FormVersion, key_ring: &KeyRing) {
    let covered = |name: &&String| match version {
        FormVersion::V1 => FIRST.split('|').any(|known| known == name.as_str()),
        _ => name.as_str() != "cverify",
    };
    let Some(name) = made.keys().find(covered) else { return };
    let mut other = made.clone();
    other.get_mut(name).unwrap().push('x');
    if let Ok(form) = Form::parse(printed(other.iter()).as_bytes())
        && form.version() == *version
    {
        assert!(form.verify(key_ring).is_err(), "{name}");
    }
}

/// Returns the names and values, if the body is a form.
fn reference(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    if bytes.len() > MAX_FORM {
        return None;
    }
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let start = bytes.iter().position(|byte| !is_end(byte)).unwrap_or(bytes.len());
    let end = bytes
        .iter()
        .rposition(|byte| !is_end(byte))
        .map_or(start, |last| last + 1);
    let mut values = BTreeMap::new();
    let parts: Vec<&[u8]> = bytes[start..end]
        .split(|byte| *byte == b'&')
        .filter(|part| !part.is_empty())
        .collect();
    if parts.len() > MAX_FORM_PARAMETERS {
        return None;
    }
    for part in parts {
        let mut halves = part.splitn(2, |byte| *byte == b'=').map(decoded);
        let name = halves.next()??;
        let value = halves.next().unwrap_or_else(|| Some(String::new()))?;
        if values.insert(name, value).is_some() {
            return None;
        }
    }
    Some(values)
}

fn decoded(text: &[u8]) -> Option<String> {
    let escapes = text.split(|byte| *byte == b'%').skip(1);
    let whole = escapes.map(|behind| behind.iter().take(2).filter(|byte| byte.is_ascii_hexdigit()).count());
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let bytes: Vec<u8> = percent_encoding::percent_decode(&spaced).collect();
    String::from_utf8(bytes).ok().filter(|_| whole.min().unwrap_or(2) == 2)
}

fn printed<'a>(pairs: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Computes the check by its rule.
fn check(version: &FormVersion, values: &BTreeMap<String, String>) -> String {
    let mut texts: Vec<&str> = match version {
        FormVersion::V1 => FIRST
            .split('|')
            .map(|name| values.get(name).map_or("", String::as_str))
            .collect(),
        _ => values
            .iter()
            .filter(|(name, _)| *name != "cverify")
            .map(|(_, value)| value.as_str())
            .collect(),
    };
    texts.push(SECRET);
    let digest = Sha1::digest(texts.join("|"));
    digest.iter().take(4).map(|byte| format!("{byte:02X}")).collect()
}
