//! ClickBank's links: the cases of `vectors/hoplinks.jsonl`, each with its origin, the limits, and
//! what holds of every link.

use postback::clickbank::{
    hoplink::{Link, MAX_LINK, TRACKING_PARAMETERS},
    tid::{MAX_TID, Tid},
};
use postback::tracker::ClickIdKeys;
use postback::{Secret, Timestamp};
use postback_test::jsonl;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    origin: String,
    url: String,
    form: String,
    affiliate: Option<String>,
    vendor: Option<String>,
    code: Option<String>,
    #[serde(default)]
    doubts: Vec<String>,
    #[serde(default, rename = "with")]
    set: Vec<(String, String)>,
    made: Option<String>,
    refused: Option<String>,
}

fn vectors() -> Vec<Vector> {
    jsonl(include_str!("../vectors/hoplinks.jsonl"))
}

fn made(link: &Link, set: &[(String, String)]) -> Result<Link, String> {
    set.iter().try_fold(link.clone(), |link, (name, value)| {
        link.with(name, value).map_err(|error| error.to_string())
    })
}

fn refused(text: &str) -> String {
    Link::parse(text).unwrap_err().to_string()
}

const HOPLINK: &str = "https://hop.clickbank.net/?affiliate=promoter&vendor=seller";
const PAY_LINK: &str = "https://seller.pay.clickbank.net/?cbitems=1";

fn with(url: &str, name: &str, value: &str) -> Result<String, String> {
    made(&Link::parse(url).unwrap(), &[(name.into(), value.into())]).map(|link| link.as_str().to_owned())
}

#[test]
fn every_vector_is_the_form_that_it_says() {
    for vector in vectors() {
        let link = Link::parse(&vector.url).unwrap();
        let form = link.form();
        assert_eq!(form.name(), vector.form, "{}", vector.name);
        assert_eq!(form.affiliate().map(str::to_owned), vector.affiliate, "{}", vector.name);
        assert_eq!(form.vendor().map(str::to_owned), vector.vendor, "{}", vector.name);
        assert_eq!(
            form.tracking_parameter().map(str::to_owned),
            vector.code,
            "{}",
            vector.name
        );
        let doubts: Vec<String> = link.doubts().iter().map(ToString::to_string).collect();
        assert_eq!(doubts, vector.doubts, "{}", vector.name);
        assert_eq!(link.as_str(), vector.url, "of {}", vector.origin);
    }
}

#[test]
fn every_vector_makes_the_link_that_it_says() {
    for vector in vectors().iter().filter(|vector| !vector.set.is_empty()) {
        let link = made(&Link::parse(&vector.url).unwrap(), &vector.set);
        let said = match (&vector.made, &vector.refused) {
            (Some(made), None) => Ok(made.as_str()),
            (None, Some(refused)) => Err(refused.clone()),
            _ => panic!("{}: neither made nor refused", vector.name),
        };
        assert_eq!(
            link.as_ref().map(Link::as_str).map_err(Clone::clone),
            said,
            "{}",
            vector.name
        );
        if let Ok(link) = link {
            assert_eq!(Link::parse(link.as_str()).unwrap(), link, "{}", vector.name);
        }
    }
}

#[test]
fn the_parts_of_a_form_are_what_the_link_says() {
    let form = |url: &str| Link::parse(url).unwrap().form().clone();
    for (url, is) in [
        (HOPLINK, [true, false, false, false]),
        (PAY_LINK, [false, true, false, false]),
        ("https://a.example/?affiliate=x", [false, false, true, false]),
        ("https://a.example/", [false, false, false, true]),
        ("https://a.example/?hopId=x", [false; 4]),
    ] {
        let form = form(url);
        let said = [form.is_hoplink(), form.is_pay_link(), form.is_direct(), form.is_other()];
        assert_eq!(said, is, "{url}");
    }
    assert_eq!(
        form(HOPLINK).to_string(),
        "hoplink of affiliate `promoter`, vendor `seller`"
    );
    assert_eq!(
        form("https://a.example/?affiliate=x").to_string(),
        "direct link of affiliate `x`"
    );
    assert_eq!(form(PAY_LINK).to_string(), "pay link of vendor `seller`");
    assert_eq!(form("https://a.example/").to_string(), "other link");
}

#[test]
fn a_value_is_read_decoded_and_an_empty_one_is_none() {
    let link = Link::parse("https://hop.clickbank.net/?tid=&tid=a&x=%41+b").unwrap();
    assert_eq!(
        (link.value("tid"), link.value("x"), link.value("y")),
        (Some("a"), Some("A b"), None)
    );
    let all: Vec<_> = link.parameters().collect();
    assert_eq!(all, [("tid", ""), ("tid", "a"), ("x", "A b")]);
}

#[test]
fn what_is_no_link_is_refused() {
    assert_eq!(
        refused("hop.clickbank.net"),
        "the link does not begin with `https://` or `http://`"
    );
    assert_eq!(
        refused("ftp://hop.clickbank.net"),
        "the link does not begin with `https://` or `http://`"
    );
    assert_eq!(
        refused("https://hop.clickbank.net/ x"),
        "the link holds a space or a control character"
    );
    assert_eq!(
        refused("https://hop.clickbank.net/\u{0}"),
        "the link holds a space or a control character"
    );
    for user in ["a:b", "a", ":b"] {
        assert_eq!(
            refused(&format!("https://{user}@hop.clickbank.net/")),
            "the link holds a user name or a password",
            "{user}"
        );
    }
    // Read as a slash, it would change when a parameter is put in.
    for link in [r"https://hop.clickbank.net\?tid=a", r"https://hop.clickbank.net/a\b#c"] {
        assert_eq!(refused(link), "the link holds a backslash, which is read as `/` there");
    }
    assert!(Link::parse(r"https://hop.clickbank.net/?x=\#\").is_ok());
    assert_eq!(
        refused("https://@@hop.clickbank.net:x/"),
        "the link is not a URL: invalid port number"
    );
    assert_eq!(
        refused("https://hop.clickbank.net/?tid=%zz"),
        "the link's value of parameter `tid` holds a malformed percent escape"
    );
}

#[test]
fn a_link_has_at_most_16_kib() {
    let of = |length: usize| format!("https://hop.clickbank.net/{}", "a".repeat(length - 26));
    for length in [MAX_LINK - 1, MAX_LINK] {
        assert!(Link::parse(&of(length)).is_ok());
    }
    assert_eq!(
        refused(&of(MAX_LINK + 1)),
        "a link has at most 16384 bytes, and this one has 16385"
    );
}

#[test]
fn a_nickname_has_5_to_10_characters_and_an_encrypted_part_20_to_30() {
    let doubts = |url: &str| Link::parse(url).unwrap().doubts().len();
    for (length, count) in [(4, 1), (5, 0), (6, 0), (9, 0), (10, 0), (11, 1)] {
        let name = "a".repeat(length);
        assert_eq!(doubts(&format!("https://{name}.pay.clickbank.net/")), count, "{length}");
        assert_eq!(
            doubts(&format!("http://1.{name}.pay.clickbank.net/")),
            count,
            "{length}"
        );
        assert_eq!(
            doubts(&format!("http://promoter.{name}.hop.clickbank.net/")),
            count,
            "{length}"
        );
        assert_eq!(
            doubts(&format!("https://hop.clickbank.net/?affiliate={name}&vendor=seller")),
            count,
            "{length}"
        );
        assert_eq!(
            doubts(&format!("https://a.example/?affiliate={name}")),
            count + 1,
            "{length}"
        );
    }
    assert_eq!(doubts("https://hop.clickbank.net/?affiliate=a_b_c&vendor={sub1}"), 1);
    for (length, count) in [(19, 1), (20, 0), (21, 0), (29, 0), (30, 0), (31, 1)] {
        assert_eq!(
            doubts(&format!("https://{}.hop.clickbank.net/", "a".repeat(length))),
            count,
            "{length}"
        );
    }
}

#[test]
fn a_parameter_has_its_longest_value() {
    assert_eq!(MAX_TID, 100);
    for (name, longest) in [
        ("aff_sub1", 100),
        ("traffic_source", 100),
        ("extclid", 256),
        ("unique_aff_sub5", 256),
        ("contact_id", 256),
    ] {
        for length in [longest - 1, longest] {
            assert!(with(HOPLINK, name, &"é".repeat(length)).is_ok(), "{name}");
        }
        assert_eq!(
            with(HOPLINK, name, &"é".repeat(longest + 1)).unwrap_err(),
            format!(
                "`{name}` has {} characters; ClickBank takes at most {longest}",
                longest + 1
            )
        );
        for (length, count) in [(longest - 1, 0), (longest, 0), (longest + 1, 1)] {
            let link = Link::parse(&format!("{HOPLINK}&{name}={}", "a".repeat(length))).unwrap();
            assert_eq!(link.doubts().len(), count, "{name} of {length}");
        }
        assert!(TRACKING_PARAMETERS.contains(&(name, longest)));
    }
    for (url, name) in [(HOPLINK, "tid"), (PAY_LINK, "vtid")] {
        assert!(TRACKING_PARAMETERS.contains(&(name, MAX_TID)));
        assert!(with(url, name, &"a".repeat(MAX_TID)).is_ok());
        assert_eq!(
            with(url, name, &"a".repeat(MAX_TID + 1)).unwrap_err(),
            format!("`{name}`: a tracking code has at most 100 characters, and this one has 101; ClickBank may cut it")
        );
    }
}

#[test]
fn a_parameter_that_a_link_does_not_take_is_refused_with_the_one_that_it_takes() {
    assert_eq!(
        with(HOPLINK, "vtid", "a").unwrap_err(),
        "a hoplink does not take `vtid`; write `tid`"
    );
    assert_eq!(
        with(PAY_LINK, "tid", "a").unwrap_err(),
        "a pay link does not take `tid`; write `vtid`"
    );
    assert_eq!(
        with(HOPLINK, "ext_clid", "a").unwrap_err(),
        "`ext_clid` is not a tracking parameter of ClickBank's; did you mean `extclid`?"
    );
    assert_eq!(
        with(HOPLINK, "zzz", "a").unwrap_err(),
        "`zzz` is not a tracking parameter of ClickBank's"
    );
    assert_eq!(with(HOPLINK, "extclid", "").unwrap_err(), "`extclid` is empty");
    assert_eq!(
        with(HOPLINK, "extclid", "a\nb").unwrap_err(),
        "`extclid` holds a control character"
    );
    for (name, _) in TRACKING_PARAMETERS {
        assert_eq!(with(HOPLINK, name, "a").is_ok(), *name != "vtid", "{name}");
        assert_eq!(with(PAY_LINK, name, "a").is_ok(), *name == "vtid", "{name}");
    }
}

#[test]
fn a_uuid_fits_in_extclid_and_not_in_tid() {
    let uuid = "0b5c7c3e-7f2f-4c1b-8d1e-6a3f2f7d9a10";
    assert!(with(HOPLINK, "extclid", uuid).is_ok());
    assert_eq!(
        with(HOPLINK, "tid", uuid).unwrap_err(),
        format!(
            "`tid`: tracking code `{uuid}` holds '-'; ClickBank takes lower-case letters, digits and underscores, and may drop the whole code for another"
        )
    );
}

#[test]
fn a_macro_stays_a_macro() {
    let link = Link::parse(HOPLINK).unwrap();
    let made = |parameter: &str, name: &str| {
        let made = link.with_macro(parameter, name);
        made.map(|link| link.as_str().to_owned())
            .map_err(|error| error.to_string())
    };
    assert_eq!(made("tid", "clickid").unwrap(), format!("{HOPLINK}&tid={{clickid}}"));
    for name in ["", "a b", "A", "{x"] {
        assert_eq!(
            made("tid", name).unwrap_err(),
            format!(
                "`{{{name}}}` is not a macro: the name of a macro has only lower-case letters, digits and underscores"
            )
        );
    }
    assert_eq!(
        made("vtid", "clickid").unwrap_err(),
        "a hoplink does not take `vtid`; write `tid`"
    );
}

#[test]
fn a_link_is_not_made_longer_than_it_may_be() {
    let of = |others: usize| with(&format!("{HOPLINK}{}", "&a=1".repeat(others)), "tid", "a");
    for others in [252, 253] {
        assert!(of(others).is_ok());
    }
    assert_eq!(of(254).unwrap_err(), "the link's parameters are more than 256");
    let long = format!("{HOPLINK}&a={}", "a".repeat(MAX_LINK - HOPLINK.len() - 3));
    assert_eq!(
        with(&long, "tid", "a").unwrap_err(),
        "a link has at most 16384 bytes, and this one has 16390"
    );
}

proptest! {
    #[test]
    fn our_click_ids_fit_in_a_tid(millis in 0i64..4_102_444_800_000, entropy in any::<[u64; 2]>(), key in prop::option::of("[a-z]{1,8}")) {
        let keys = ClickIdKeys::new(key.into_iter().map(|key| Secret::from(key.as_str())).collect());
        let at = Timestamp::from_unix_seconds(millis / 1000).unwrap();
        let id = keys.mint(at, entropy);
        let tid = Tid::new(id.as_str()).unwrap();
        prop_assert!(tid.is(&id.as_str().to_uppercase()));
        for (url, name) in [(HOPLINK, "tid"), (PAY_LINK, "vtid")] {
            prop_assert_eq!(with(url, name, id.as_str()).unwrap(), format!("{url}&{name}={id}"));
        }
    }

    #[test]
    fn a_tid_is_taken_exactly_where_the_rule_holds(text in "[a-z0-9_A-Z -]{0,6}|[a-z_]{95,105}") {
        let rule = !text.is_empty()
            && text.len() <= MAX_TID
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            && !text.starts_with('_')
            && !text.contains("__");
        prop_assert_eq!(Tid::new(&text).is_ok(), rule);
    }

    #[test]
    fn what_is_put_in_is_read_back_and_nothing_else_changes(
        head in "(https://hop\\.clickbank\\.net|https://x\\.pay\\.clickbank\\.net|http://s\\.example)(/[a-z]{0,3})?",
        pairs in "(\\?(&|[a-c]=[a-z%{}]{0,2}|tid=x|vtid=x|affiliate=b|[a-z]{1,3}){0,4}(&[a-c]=1){0,2})?",
        fragment in "(#[a-z?&=]{0,4})?",
        value in "[a-z]{1,8}",
    ) {
        let text = format!("{head}{pairs}{fragment}");
        let Ok(link) = Link::parse(&text) else { return Ok(()) };
        let Some(code) = link.form().tracking_parameter() else { return Ok(()) };
        let made = link.with(code, &value).unwrap();
        prop_assert_eq!(made.value(code), Some(value.as_str()));
        prop_assert_eq!(&Link::parse(made.as_str()).unwrap(), &made);
        prop_assert_eq!(made.with(code, &value).unwrap(), made.clone());
        let others = |link: &Link| -> Vec<(String, String)> {
            let kept = link.parameters().filter(|(name, _)| *name != code);
            kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        prop_assert_eq!(others(&made), others(&link));
        prop_assert!(made.as_str().starts_with(&head) && made.as_str().ends_with(&fragment));
    }

    #[test]
    fn any_text_is_a_link_or_refused(text in "\\PC{0,40}|https?://\\PC{0,40}") {
        if let Ok(link) = Link::parse(&text) {
            prop_assert_eq!(link.as_str(), text.as_str());
            let _ = link.doubts();
        }
    }
}

/// Found by the fuzz target `hoplink`: the name was read without its macro, and what was put in
/// stood behind another value when the macro was filled with nothing.
#[test]
fn nothing_is_put_beside_a_parameter_whose_name_holds_a_macro() {
    for (link, parameter) in [
        (
            "https://seller.pay.clickbank.net/?cbitems=1&tid={clickid}&{_sub1}vtid=page_2",
            "vtid",
        ),
        (
            "https://hop.clickbank.net/?affiliate=promoter&vendor=seller&{_sub1}%74id=a",
            "tid",
        ),
        (
            "https://hop.clickbank.net/?affiliate=promoter&vendor=seller&t{sub1}id=a",
            "tid",
        ),
    ] {
        let link = Link::parse(link).unwrap();
        for refused in [link.with(parameter, "p2345"), link.with_macro(parameter, "clickid")] {
            let said = refused.unwrap_err().to_string();
            assert!(said.starts_with("a parameter's name holds a macro"), "{said}");
        }
    }
}
