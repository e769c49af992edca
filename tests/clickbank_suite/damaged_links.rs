//! Damaged links, codes and pixels are read or refused, and nothing panics: every prefix and every
//! flipped bit of each vector.

use postback::Query;
use postback::clickbank::{
    hoplink::Link,
    pixel::{MAX_TRACKING_CODES, tracking_codes},
    s2s::is_test_button,
    tid::Tid,
};
use postback::network::{InboundPostback, ParameterMap};

/// Every prefix of the bytes, and the bytes with each of their bits flipped.
fn damaged(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let prefixes = (0..=bytes.len()).map(|end| bytes[..end].to_vec());
    let flipped = (0..bytes.len() * 8).map(|bit| {
        let mut copy = bytes.to_vec();
        copy[bit / 8] ^= 1 << (bit % 8);
        copy
    });
    prefixes.chain(flipped)
}

#[test]
fn a_damaged_link_is_a_link_as_it_stands_or_refused() {
    let mut links = 0;
    for line in include_str!("../vectors/hoplinks.jsonl").lines() {
        let vector: serde_json::Value = serde_json::from_str(line).unwrap();
        for bytes in damaged(vector["url"].as_str().unwrap().as_bytes()) {
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let Ok(link) = Link::parse(&text) else { continue };
            links += 1;
            assert_eq!(link.as_str(), text);
            for doubt in link.doubts() {
                assert!(!doubt.to_string().contains(char::is_control), "{text}");
            }
            let Some(code) = link.form().tracking_parameter() else {
                continue;
            };
            let made = match link.with(code, "p2345") {
                Ok(made) => made,
                Err(error) => {
                    let before = text.split(['?', '#']).next().unwrap_or_default();
                    let query = text.split('#').next().unwrap_or_default();
                    let mut names = query.split(['?', '&']).filter_map(|pair| pair.split('=').next());
                    let named = names.any(|name| name.contains('{'));
                    assert!(before.contains('{') || named, "{text}: {error}");
                    continue;
                }
            };
            assert_eq!(made.value(code), Some("p2345"), "{text}");
            assert_eq!(Link::parse(made.as_str()).as_ref(), Ok(&made), "{text}");
        }
    }
    assert!(links > 1_000, "{links}");
}

#[test]
fn a_damaged_code_is_refused_or_another_code() {
    for bytes in damaged(b"p2345_abc") {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        match Tid::new(&text) {
            Ok(tid) => assert_eq!(tid.as_str(), text),
            Err(error) => assert!(!error.to_string().contains(char::is_control)),
        }
    }
}

#[test]
fn a_damaged_pixel_is_read_or_refused() {
    const PIXEL: &[u8] =
        b"type=InitiateCheckout&verificationHash=0&role=VENDOR&trackingCodes=[a,%22b%22]&trackingCodes=c&itemNo=1\
                           &receipt=ABC12345&sub1=affsub1&currency=USD&totalProductAmount=9.00&customerBillingInfo=x";
    let map = ParameterMap::generic();
    let read = |query: &Query<'_>| InboundPostback::read(query, &map, &[]);
    let whole = Query::parse(PIXEL).unwrap();
    assert!(is_test_button(&read(&whole).unwrap()));
    assert!(tracking_codes(&whole).eq(["a", "b", "c"]));
    for bytes in damaged(PIXEL) {
        let Ok(query) = Query::parse(&bytes) else { continue };
        let _ = read(&query).as_ref().map(is_test_button);
        assert!(tracking_codes(&query).count() <= MAX_TRACKING_CODES);
        assert!(tracking_codes(&query).all(|code| !code.is_empty()));
    }
}
