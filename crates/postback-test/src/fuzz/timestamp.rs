//! Compares times with the `time` crate: both read the same instants, and what is printed can be
//! read back.

use postback::Timestamp;
use std::time::Duration;
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// Reads the bytes as a text and as numbers.
pub fn timestamp(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        texts(text);
    }
    let eight = |from: usize| {
        let taken = bytes.iter().skip(from).chain(std::iter::repeat(&0)).take(8).copied();
        i64::from_le_bytes(taken.collect::<Vec<u8>>().try_into().unwrap())
    };
    // Most numbers of 64 bits are in no year. Seconds of 39 bits cover the years 0001 to 9999 and
    // some more on both sides.
    for shift in [0, 16, 25] {
        numbers(eight(0) >> shift, eight(8) >> shift);
    }
}

fn texts(text: &str) {
    let read = text.parse::<Timestamp>();
    let expected = reference(text);
    match (&read, expected) {
        (Ok(at), Some(expected)) => {
            assert_eq!(OffsetDateTime::from(*at), expected, "{text}");
            whole(*at);
        }
        (Err(error), None) => assert!(!error.to_string().chars().any(char::is_control), "{error}"),
        _ => panic!("`{text}`: {read:?}, not {expected:?}"),
    }
    let unix = Timestamp::parse_unix(text);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let expected = text.parse::<i64>().ok().filter(|_| is_number);
    let expected = expected.and_then(|seconds| Timestamp::from_unix_seconds(seconds).ok());
    assert_eq!(unix.ok(), expected, "{text}");
}

/// Reads a text with `time`, after it was brought into the one form that `time` knows. `time`
/// accepts some texts that are refused here.
fn reference(text: &str) -> Option<OffsetDateTime> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is = |at: usize, marks: &[u8]| bytes.get(at).is_some_and(|byte| marks.contains(byte));
    let basic = (0..8).all(digit);
    let (length, marks) = if basic {
        (15, vec![])
    } else {
        (19, vec![(4, b'-'), (7, b'-'), (13, b':'), (16, b':')])
    };
    let parting = if basic { 8 } else { 10 };
    let shaped = (0..length).all(|at| match marks.iter().find(|(place, _)| *place == at) {
        Some((_, mark)) => is(at, &[*mark]),
        None if at == parting => is(at, b"Tt"),
        None => digit(at),
    });
    if !shaped {
        return None;
    }
    let (head, rest) = text.split_at(length);
    let head: String = head.chars().filter(char::is_ascii_digit).collect();
    let (fraction, offset) = match rest.strip_prefix('.') {
        Some(behind) => behind.split_at(behind.find(|c: char| !c.is_ascii_digit())?),
        None => ("0", rest),
    };
    if fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let (date, clock) = head.split_at(8);
    let hours_and_minutes: Vec<u8> = offset.bytes().filter(u8::is_ascii_digit).collect();
    let colon = offset.as_bytes().get(3) == Some(&b':');
    let offset = match (offset, hours_and_minutes.as_slice()) {
        ("Z" | "z", _) => "Z".to_owned(),
        (_, [a, b, c, d]) if offset.len() == 5 + usize::from(colon) && offset.starts_with(['+', '-']) => {
            let digits = [*a, *b, *c, *d].map(char::from);
            format!("{}{}{}:{}{}", &offset[..1], digits[0], digits[1], digits[2], digits[3])
        }
        _ => return None,
    };
    // `time` accepts some leap seconds.
    if clock.ends_with("60") {
        return None;
    }
    let plain = format!(
        "{}-{}-{}T{}:{}:{}.{fraction}{offset}",
        &date[..4],
        &date[4..6],
        &date[6..],
        &clock[..2],
        &clock[2..4],
        &clock[4..]
    );
    let read = OffsetDateTime::parse(&plain, &Rfc3339).ok()?;
    let read = read.checked_to_offset(UtcOffset::UTC)?;
    (1..=9999).contains(&read.year()).then_some(read)
}

/// Checks that every printed form can be read back.
fn whole(at: Timestamp) {
    let text = at.to_string();
    assert_eq!(text.parse::<Timestamp>().as_ref(), Ok(&at), "{text}");
    let expected = OffsetDateTime::from(at).format(&Rfc3339).unwrap();
    assert_eq!(text, expected);
    assert_eq!(
        Timestamp::from_parts(at.unix_seconds(), at.subsec_nanos()).as_ref(),
        Ok(&at)
    );
    assert_eq!(Timestamp::try_from(OffsetDateTime::from(at)).as_ref(), Ok(&at));
    let json = serde_json::to_string(&at).unwrap();
    assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), at);
}

fn numbers(one: i64, two: i64) {
    let expected = |seconds| {
        let known = OffsetDateTime::from_unix_timestamp(seconds).ok();
        known.filter(|at| (1..=9999).contains(&at.year()))
    };
    let at = Timestamp::from_unix_seconds(one).ok();
    assert_eq!(at.map(OffsetDateTime::from), expected(one));
    let millis = Timestamp::from_unix_millis(one).ok();
    assert_eq!(millis.is_some(), expected(one.div_euclid(1000)).is_some());
    if let Some(millis) = millis {
        assert_eq!(millis.unix_millis(), one);
        whole(millis);
    }
    let nanos = two.unsigned_abs() as u32;
    let parts = Timestamp::from_parts(one, nanos).ok();
    assert_eq!(parts.is_some(), at.is_some() && nanos < 1_000_000_000);
    let Some(parts) = parts.or(at) else { return };
    whole(parts);
    let apart = Duration::new(two.unsigned_abs() >> 24, nanos % 1_000_000_000);
    let expected = time::Duration::try_from(apart).unwrap();
    let later = OffsetDateTime::from(parts)
        .checked_add(expected)
        .filter(|at| at.year() <= 9999);
    assert_eq!(parts.checked_add(apart).map(OffsetDateTime::from), later);
    let earlier = OffsetDateTime::from(parts)
        .checked_sub(expected)
        .filter(|at| at.year() >= 1);
    assert_eq!(parts.checked_sub(apart).map(OffsetDateTime::from), earlier);
    if let Some(later) = parts.checked_add(apart) {
        assert_eq!(later.checked_sub(apart), Some(parts));
        assert_eq!(later.saturating_since(parts), apart);
        assert_eq!(parts.saturating_since(later), Duration::ZERO);
        assert_eq!(later.cmp(&parts), apart.cmp(&Duration::ZERO));
    }
}
