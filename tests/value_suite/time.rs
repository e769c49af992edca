//! Times: what networks write, what is refused, and the conversions.

use core::time::Duration;
use postback::Timestamp;
use proptest::prelude::*;

const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_402_300_799;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn refusal(text: &str) -> String {
    text.parse::<Timestamp>().unwrap_err().to_string()
}

// The first two are `transactionTime` of ClickBank INS 6 and of 7 and 8, the third is
// `clickTimestamp` of INS 8; the rest are the examples of RFC 3339, section 5.8. The seconds are
// those of GNU `date -d .. +%s`.
#[test]
fn the_times_that_networks_write_are_read() {
    for (text, seconds, nanos) in [
        ("2014-12-20T14:03:10-08:00", 1_419_112_990, 0),
        ("20220810T162015-0700", 1_660_173_615, 0),
        ("2026-04-24T00:16:10.669756922Z", 1_776_989_770, 669_756_922),
        ("1985-04-12T23:20:50.52Z", 482_196_050, 520_000_000),
        ("1996-12-19T16:39:57-08:00", 851_042_397, 0),
        ("1937-01-01T12:00:27.87+00:20", -1_041_337_173, 870_000_000),
    ] {
        assert_eq!(
            (at(text).unix_seconds(), at(text).subsec_nanos()),
            (seconds, nanos),
            "{text}"
        );
    }
}

#[test]
fn one_time_written_in_many_ways_is_one_time() {
    let time = at("2022-08-10T23:20:15Z");
    for text in [
        "2022-08-10t23:20:15z",
        "2022-08-10T23:20:15.0Z",
        "2022-08-10T23:20:15.000000000Z",
        "2022-08-10T23:20:15-00:00",
        "2022-08-10T16:20:15-0700",
        "20220810T232015Z",
        "20220810T232015.000Z",
        "20220810T162015-07:00",
        "2022-08-11T05:05:15+05:45",
        "2022-08-11T23:19:15+23:59",
        "2022-08-09T23:21:15-23:59",
    ] {
        assert_eq!(at(text), time, "{text}");
    }
}

#[test]
fn a_time_prints_in_utc_without_an_empty_fraction() {
    for (text, printed) in [
        ("20220810T162015-0700", "2022-08-10T23:20:15Z"),
        ("2026-04-24T00:16:10.669756922Z", "2026-04-24T00:16:10.669756922Z"),
        ("2026-04-24T00:16:10.500Z", "2026-04-24T00:16:10.5Z"),
        ("2026-04-24T00:16:10.000000001Z", "2026-04-24T00:16:10.000000001Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ] {
        assert_eq!(at(text).to_string(), printed);
        assert_eq!(format!("{:?}", at(text)), format!("Timestamp({printed})"));
    }
}

#[test]
fn another_shape_is_refused() {
    for text in [
        "",
        "2022-08-10",
        "2022-08-10T23:20:15",
        "20220810T162015",
        "2022-08-10 23:20:15Z",
        "2022-08-10T23:20Z",
        "2022-08-10T23:20:15,5Z",
        "2022-08-10T23:20:15.Z",
        "2022-08-10T232015Z",
        "20220810T23:20:15Z",
        "202208-10T232015Z",
        "2022-0810T23:20:15Z",
        "2022-08-10T23:20:15+7",
        "2022-08-10T23:20:15+07",
        "2022-08-10T23:20:15+07:0",
        "2022-08-10T23:20:15UTC",
        "2022-08-10T23:20:15Z ",
        " 2022-08-10T23:20:15Z",
        "2022-08-10T23:20:15ZZ",
        "2022-08-10T23:20:15+-0700",
        "2022-8-10T23:20:15Z",
        "12022-08-10T23:20:15Z",
        "-2022-08-10T23:20:15Z",
        "+2022-08-10T23:20:15Z",
        "２022-08-10T23:20:15Z",
        "1660173615",
    ] {
        let wanted =
            format!("`{text}` is not a time: it is not written like `2026-04-24T00:16:10Z` or `20260424T001610-0700`");
        assert_eq!(refusal(text), wanted);
    }
}

#[test]
fn a_day_that_the_calendar_does_not_have_is_refused() {
    for day in [
        "2023-02-29",
        "1900-02-29",
        "2024-02-30",
        "2024-04-31",
        "2024-00-10",
        "2024-13-10",
        "2024-01-00",
    ] {
        let text = format!("{day}T00:00:00Z");
        assert_eq!(refusal(&text), format!("`{text}` is not a time: there is no such day"));
    }
    assert_eq!(at("2024-02-29T00:00:00Z").unix_seconds(), 1_709_164_800);
    assert_eq!(at("2000-02-29T00:00:00Z").unix_seconds(), 951_782_400);
}

#[test]
fn hour_24_minute_60_and_second_60_are_refused() {
    for time in ["24:00:00", "23:60:00", "23:59:60", "23:59:61"] {
        let text = format!("2016-12-31T{time}Z");
        assert_eq!(
            refusal(&text),
            format!("`{text}` is not a time: there is no such time of day")
        );
    }
    assert_eq!(at("2016-12-31T23:59:59Z").unix_seconds(), 1_483_228_799);
}

#[test]
fn an_offset_over_23_59_is_refused() {
    for offset in ["+24:00", "-24:00", "+00:60", "-2400"] {
        let text = format!("2022-08-10T23:20:15{offset}");
        assert_eq!(
            refusal(&text),
            format!("`{text}` is not a time: its offset is over 23:59")
        );
    }
}

#[test]
fn a_fraction_has_at_most_nine_digits() {
    assert_eq!(at("2022-08-10T23:20:15.12345678Z").subsec_nanos(), 123_456_780);
    assert_eq!(at("2022-08-10T23:20:15.123456789Z").subsec_nanos(), 123_456_789);
    let text = "2022-08-10T23:20:15.1234567890Z";
    assert_eq!(
        refusal(text),
        format!("`{text}` is not a time: its fraction has more than 9 digits")
    );
}

#[test]
fn the_years_0001_to_9999_are_the_whole_range_in_utc() {
    assert_eq!(at("0001-01-01T00:00:00Z").unix_seconds(), FIRST);
    assert_eq!(at("9999-12-31T23:59:59.999999999Z").unix_seconds(), LAST);
    for text in [
        "0000-12-31T23:59:59Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ] {
        assert_eq!(
            refusal(text),
            format!("`{text}` is not a time: it is outside the years 0001 to 9999")
        );
    }
}

#[test]
fn unix_times_are_bounded_by_the_same_years() {
    for seconds in [FIRST, FIRST + 1, LAST - 1, LAST] {
        assert_eq!(Timestamp::from_unix_seconds(seconds).unwrap().unix_seconds(), seconds);
    }
    for seconds in [i64::MIN, FIRST - 1, LAST + 1, i64::MAX] {
        let error = Timestamp::from_unix_seconds(seconds).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("unix time `{seconds}` is outside the years 0001 to 9999")
        );
    }
    for millis in [FIRST * 1000, LAST * 1000 + 999] {
        assert_eq!(Timestamp::from_unix_millis(millis).unwrap().unix_millis(), millis);
    }
    for millis in [i64::MIN, FIRST * 1000 - 1, LAST * 1000 + 1000, i64::MAX] {
        let error = Timestamp::from_unix_millis(millis).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("unix time `{millis}` ms is outside the years 0001 to 9999")
        );
    }
}

#[test]
fn nanoseconds_of_a_whole_second_are_refused() {
    assert_eq!(
        Timestamp::from_parts(0, 999_999_999).unwrap().subsec_nanos(),
        999_999_999
    );
    let error = Timestamp::from_parts(0, 1_000_000_000).unwrap_err().to_string();
    assert_eq!(error, "`1000000000` nanoseconds are a second or more");
}

#[test]
fn milliseconds_before_1970_are_rounded_down() {
    let time = Timestamp::from_unix_millis(-1).unwrap();
    assert_eq!(
        (time.unix_seconds(), time.subsec_nanos(), time.unix_millis()),
        (-1, 999_000_000, -1)
    );
    assert_eq!(time.to_string(), "1969-12-31T23:59:59.999Z");
}

#[test]
fn epoch_seconds_are_read_from_plain_digits() {
    assert_eq!(
        Timestamp::parse_unix("1419112990").unwrap(),
        at("2014-12-20T14:03:10-08:00")
    );
    assert_eq!(Timestamp::parse_unix("-1").unwrap(), at("1969-12-31T23:59:59Z"));
    assert_eq!(Timestamp::parse_unix("0").unwrap().unix_seconds(), 0);
    let error = |text: &str| Timestamp::parse_unix(text).unwrap_err().to_string();
    for text in ["", "-", "+1", " 1", "1.5", "1e9", "0x1", "--1", "١"] {
        assert_eq!(
            error(text),
            format!("`{text}` is not a time: it is not a whole number of seconds")
        );
    }
    for text in ["1660173615000", "99999999999999999999", "253402300800"] {
        assert_eq!(
            error(text),
            format!("`{text}` is not a time: it is outside the years 0001 to 9999")
        );
    }
}

#[test]
fn durations_are_added_and_subtracted_within_the_range() {
    let time = at("2026-04-24T00:16:10.9Z");
    assert_eq!(
        time.checked_add(Duration::from_millis(200)),
        Some(at("2026-04-24T00:16:11.1Z"))
    );
    assert_eq!(
        time.checked_sub(Duration::from_millis(1000)),
        Some(at("2026-04-24T00:16:09.9Z"))
    );
    assert_eq!(
        time.checked_sub(Duration::from_millis(950)),
        Some(at("2026-04-24T00:16:09.95Z"))
    );
    let (first, last) = (at("0001-01-01T00:00:00Z"), at("9999-12-31T23:59:59.999999999Z"));
    assert_eq!(last.checked_add(Duration::from_nanos(1)), None);
    assert_eq!(last.checked_add(Duration::MAX), None);
    assert_eq!(first.checked_sub(Duration::from_nanos(1)), None);
    assert_eq!(first.checked_sub(Duration::MAX), None);
}

#[test]
fn the_time_since_a_later_time_is_zero() {
    let (early, late) = (at("2026-04-24T00:16:10.9Z"), at("2026-04-24T00:16:12.1Z"));
    assert_eq!(late.saturating_since(early), Duration::from_millis(1200));
    assert_eq!(early.saturating_since(late), Duration::ZERO);
}

#[test]
fn a_time_is_a_string_in_json() {
    let time = at("2026-04-24T00:16:10.669756922Z");
    assert_eq!(
        serde_json::to_string(&time).unwrap(),
        "\"2026-04-24T00:16:10.669756922Z\""
    );
    assert_eq!(
        serde_json::from_str::<Timestamp>("\"2026-04-24T00:16:10.669756922Z\"").unwrap(),
        time
    );
    assert!(serde_json::from_str::<Timestamp>("1419112990").is_err());
}

#[test]
fn a_date_that_time_has_and_this_does_not_is_refused() {
    let year_zero = time::Date::from_ordinal_date(0, 1).unwrap().midnight().assume_utc();
    let error = Timestamp::try_from(year_zero).unwrap_err().to_string();
    assert_eq!(error, "the date is outside the years 0001 to 9999");
}

#[cfg(feature = "chrono")]
#[test]
fn what_chrono_has_and_this_does_not_is_refused() {
    let leap = chrono::DateTime::from_timestamp(1_483_228_799, 1_500_000_000).unwrap();
    let error = Timestamp::try_from(leap).unwrap_err().to_string();
    assert_eq!(error, "a leap second has no place in unix time");
    let error = Timestamp::try_from(chrono::DateTime::<chrono::Utc>::MAX_UTC)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "the date is outside the years 0001 to 9999");
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (FIRST..=LAST, prop_oneof![Just(0), 0_u32..1_000_000_000])
        .prop_map(|(seconds, nanos)| Timestamp::from_parts(seconds, nanos).unwrap())
}

proptest! {
    #[test]
    fn what_prints_is_read_back_the_same(time in any_time()) {
        prop_assert_eq!(at(&time.to_string()), time);
    }

    #[test]
    fn the_offset_moves_the_clock_and_not_the_time(time in any_time(), hour in 0_u32..24, minute in 0_u32..60) {
        let text = time.to_string();
        let east = text.replace('Z', &format!("+{hour:02}:{minute:02}"));
        let seconds = i64::from(hour * 3600 + minute * 60);
        if let Ok(moved) = east.parse::<Timestamp>() {
            prop_assert_eq!(time.unix_seconds() - moved.unix_seconds(), seconds);
        } else {
            prop_assert!(time.unix_seconds() - seconds < FIRST);
        }
    }

    #[test]
    fn the_time_crate_agrees_on_what_is_printed(time in any_time()) {
        let theirs = time::OffsetDateTime::from(time);
        let format = time::format_description::well_known::Rfc3339;
        prop_assert_eq!(theirs.format(&format).unwrap(), time.to_string());
        prop_assert_eq!(Timestamp::try_from(theirs).unwrap(), time);
    }

    #[test]
    fn the_time_crate_agrees_on_what_is_read(text in "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-6][0-9])") {
        let format = time::format_description::well_known::Rfc3339;
        let theirs = time::OffsetDateTime::parse(&text, &format).ok().and_then(|t| Timestamp::try_from(t).ok());
        prop_assert_eq!(text.parse::<Timestamp>().ok(), theirs);
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_keeps_every_time(time in any_time()) {
        let theirs = chrono::DateTime::<chrono::Utc>::from(time);
        prop_assert_eq!(theirs.timestamp(), time.unix_seconds());
        prop_assert_eq!(Timestamp::try_from(theirs).unwrap(), time);
    }

    #[test]
    fn subtracting_undoes_adding(time in any_time(), nanos in any::<u64>()) {
        let later = Duration::from_nanos(nanos);
        if let Some(moved) = time.checked_add(later) {
            prop_assert_eq!(moved.checked_sub(later), Some(time));
            prop_assert_eq!(moved.saturating_since(time), later);
        }
    }

    #[test]
    fn milliseconds_are_kept(millis in FIRST * 1000..=LAST * 1000) {
        prop_assert_eq!(Timestamp::from_unix_millis(millis).unwrap().unix_millis(), millis);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[-+:.TZ0-9]{0,40}") {
        let _ = text.parse::<Timestamp>();
    }
}
