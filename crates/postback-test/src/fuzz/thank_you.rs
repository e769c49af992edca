//! Thank-you pages in both forms: with the secret a URL can be made that is shown while it is
//! young, and no other one is shown.

use crate::clickbank::{IV, KEY, SECRET, encrypt};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postback::clickbank::thank_you::{MAX_SKEW, ThankYou, ThankYouPage, ThankYouRefused};
use postback::{KeyRing, Query, Secret, Timestamp};
use sha1::{Digest, Sha1};
use std::time::Duration;
use url::form_urlencoded;

const HOUR: Duration = Duration::from_secs(3_600);

/// Reads the bytes as the query, as its parameters and as what was encrypted.
pub fn thank_you(bytes: &[u8]) {
    let key_ring = KeyRing::new(vec![Secret::from(SECRET)]).unwrap();
    let now = Timestamp::from_unix_seconds(1_419_113_000).unwrap();
    match ThankYou::parse(bytes) {
        Ok(page) => {
            let debug = format!("{page:?}");
            assert!(debug.len() < 40, "{debug}");
            if let Ok(shown) = page.verify(&key_ring, now, HOUR) {
                taken(&shown, now);
            }
        }
        Err(error) => assert!(!error.to_string().chars().any(char::is_control), "{error}"),
    }
    plain(bytes, &key_ring);
    encrypted(bytes, &key_ring, now);
}

/// Checks that a page that is shown is young, and has content.
fn taken(page: &ThankYouPage, now: Timestamp) {
    assert!(now.saturating_since(page.time()) <= HOUR);
    assert!(page.time().saturating_since(now) <= MAX_SKEW);
    assert!(page.receipts().next().is_some() && page.items().next().is_some());
}

/// Adds to the parameters the check that belongs to them.
fn plain(bytes: &[u8], key_ring: &KeyRing) {
    let Ok(query) = Query::parse(bytes) else { return };
    let encrypted = |name: &str| matches!(name, "iv" | "params");
    let mut pairs: Vec<(&str, &str)> = query
        .pairs()
        .filter(|(name, _)| *name != "cbpop" && !encrypted(name))
        .collect();
    let of = |name: &str| {
        pairs
            .iter()
            .find(|(own, _)| *own == name)
            .map_or("", |(_, value)| *value)
    };
    let texts = [of("cbreceipt"), of("time"), of("item")];
    let whole = texts.iter().all(|text| !text.is_empty());
    let digest = Sha1::digest([&[SECRET], texts.as_slice()].concat().join("|"));
    let check: String = digest.iter().take(4).map(|byte| format!("{byte:02X}")).collect();
    pairs.push(("cbpop", &check));
    let printed = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&pairs)
        .finish();
    let Ok(page) = ThankYou::parse(printed.as_bytes()) else {
        return;
    };
    assert!(whole && !page.is_encrypted());
    let far = Timestamp::from_unix_seconds(253_402_300_799).unwrap();
    let ever = Duration::from_secs(u64::MAX);
    let shown = page.verify(key_ring, far, ever).unwrap();
    let at = shown.time();
    let receipts = shown.receipts().collect::<Vec<_>>();
    assert!(receipts.iter().all(|receipt| texts[0].contains(receipt)));
    // The age is counted in whole seconds.
    for (later, allowed) in [(HOUR, true), (HOUR + Duration::from_secs(1), false)] {
        if let Some(now) = at.checked_add(later) {
            let answer = page.verify(key_ring, now, HOUR);
            assert!(
                answer.is_ok() == allowed || answer == Err(ThankYouRefused::TooNew),
                "{printed} {answer:?}"
            );
        }
    }
    if let Some(before) = at.checked_sub(MAX_SKEW + Duration::from_secs(1)) {
        assert_eq!(page.verify(key_ring, before, HOUR).err(), Some(ThankYouRefused::TooNew));
    }
    // Another secret, or another value under the check, must be refused.
    let other = KeyRing::new(vec![Secret::from("ANOTHERSECRET42")]).unwrap();
    assert_eq!(page.verify(&other, far, ever).err(), Some(ThankYouRefused::Refused));
    let pairs = pairs.iter().map(|(name, value)| match *name {
        "item" => (*name, format!("{value}0")),
        _ => (*name, (*value).to_owned()),
    });
    let changed = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    if let Ok(page) = ThankYou::parse(changed.as_bytes()) {
        assert_eq!(page.verify(key_ring, far, ever).err(), Some(ThankYouRefused::Refused));
    }
}

/// Reads the bytes as what ClickBank encrypts.
fn encrypted(bytes: &[u8], key_ring: &KeyRing, now: Timestamp) {
    let params = encrypt(KEY, bytes);
    let (iv, params) = (STANDARD.encode(IV), STANDARD.encode(params));
    let printed = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("iv", iv.as_str()), ("params", &params)])
        .finish();
    let page = match ThankYou::parse(printed.as_bytes()) {
        Ok(page) => page,
        // The text is longer than a query string may be.
        Err(_) => return assert!(printed.len() > 16 * 1024),
    };
    assert!(page.is_encrypted());
    // A `+` that is not escaped arrives as a space.
    assert_eq!(
        ThankYou::parse(format!("iv={iv}&params={params}").as_bytes()).as_ref(),
        Ok(&page)
    );
    let answer = page.verify(key_ring, now, HOUR);
    assert!(
        matches!(answer, Ok(_) | Err(ThankYouRefused::Refused)),
        "nothing tells why"
    );
    if let Ok(shown) = answer {
        taken(&shown, now);
        let text: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        for name in ["item", "cbreceipt", "time"] {
            assert!(text.get(name).is_some(), "{name}");
        }
        let receipt = text["cbreceipt"].as_str().map(str::to_owned);
        let told = shown.value("cbreceipt").map(|value| value.expose().to_owned());
        assert!(receipt.is_none() || told == receipt);
    }
}
