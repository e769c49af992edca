//! What can be an id of an ad platform.

use postback::conversion_api::{BadClickId, MAX_PLATFORM_ID, click_id};
use postback::model::ParameterRole;

const UUID: &str = "b1240587-f865-192a-0358-6c5b000314f5";
const DIGITS: &str = "b1240587f865192a03586c5b000314f5";

/// The roles of ad platforms' ids.
const ROLES: [&str; 17] = [
    "fbclid",
    "fbc",
    "fbp",
    "gclid",
    "gbraid",
    "wbraid",
    "ttclid",
    "ttp",
    "msclkid",
    "sccid",
    "scid",
    "epik",
    "rdt_cid",
    "rdt_uuid",
    "li_fat_id",
    "tblci",
    "dicbo",
];

#[test]
fn an_id_is_what_its_platform_makes() {
    for (role, id) in [
        ("fbclid", "IwAR2x_-9"),
        ("fbc", "fb.1.1764417600123.IwAR2x"),
        ("fbp", "fb.1.1764417600123.1073741823.AQQCAQMC"),
        ("gclid", "EAIaIQobChMI_x-y"),
        ("gbraid", "0AAAAAo4mICFM"),
        ("wbraid", "CjgKCAjw-_"),
        ("ttclid", "E.C.P.v3fQ2RHacdksKfofPmly"),
        ("msclkid", UUID),
        ("msclkid", DIGITS),
        ("msclkid", "B1240587F865192A03586C5B000314F5"),
        (
            "tblci",
            "GiDxLZcEVjwEqkGfKQMQndUYMIeZXFHmZ0DrHIJhGS6kKiDzkGUos9GzkpqG-YHQATCwxlQ",
        ),
        ("ttp", "2abc~x.tt.1"),
    ] {
        assert_eq!(click_id(&ParameterRole::from(role), id), Ok(id), "{role}");
    }
}

#[test]
fn the_cookie_of_microsofts_tag_has_the_id_behind_a_prefix() {
    for (text, id) in [(format!("_uet{DIGITS}"), DIGITS), (format!("_uet{UUID}"), UUID)] {
        assert_eq!(click_id(&ParameterRole::Msclkid, &text), Ok(id));
    }
}

#[test]
fn what_no_platform_makes_is_refused_with_its_reason() {
    use BadClickId::{Character, Form};
    for (role, text, refused) in [
        ("gclid", "EAIa IQ", Character),
        ("gclid", "EAIa.IQ", Character),
        ("gclid", "{gclid}", Character),
        ("gbraid", "a%20b", Character),
        ("wbraid", "a=b", Character),
        ("fbclid", "a.b", Character),
        ("fbclid", "\u{e4}bc", Character),
        ("ttclid", "__CLICKID__ ", Character),
        ("ttclid", "a+b", Character),
        ("msclkid", "b1240587f865192a03586c5b000314f", Form),
        ("msclkid", "b1240587-f865-192a-03586c5b000314f5", Form),
        ("msclkid", "b1240587-f865192a-0358-6c5b-000314f5", Form),
        ("msclkid", "g1240587f865192a03586c5b000314f5", Character),
        ("msclkid", "_uet", Form),
        ("fbc", "IwAR2x", Form),
        ("fbp", "fb.1.x.1", Form),
        ("rdt_cid", "a b", Character),
        ("scid", "a\u{7f}", Character),
    ] {
        assert_eq!(
            click_id(&ParameterRole::from(role), text),
            Err(refused),
            "{role}: {text}"
        );
    }
}

#[test]
fn no_id_is_empty_or_endless() {
    let long = "a".repeat(MAX_PLATFORM_ID + 1);
    for role in ROLES {
        let role = ParameterRole::from(role);
        assert!(role.is_click_id() && role.is_of_click() && !role.is_private(), "{role}");
        assert_eq!(click_id(&role, ""), Err(BadClickId::Empty), "{role}");
        assert_eq!(click_id(&role, &long), Err(BadClickId::TooLong), "{role}");
    }
}

#[test]
fn a_role_that_is_no_click_id_is_refused() {
    for role in ["rt_campaign", "event_id", "x_own", "FBCLID"] {
        assert_eq!(
            click_id(&ParameterRole::from(role), "a"),
            Err(BadClickId::Role),
            "{role}"
        );
    }
    assert_eq!(BadClickId::WORD, "bad_click_id");
}
