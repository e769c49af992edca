//! Members of a JSON body that vanish when their personal value has expired.

use crate::support::{filled, get, plain};
use postback::delivery::FillError;
use postback::model::Method;
use postback::outbound::{Encoding, Hole, HoledText, Outbound, Part};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn personal(field: &str) -> Hole {
    Hole::Private {
        field: field.into(),
        encoding: Encoding::Json,
    }
}

/// A member of an object whose value is the personal value of that name.
fn member(name: &str) -> HoledText {
    let mut text = HoledText::plain(format!("\"{name}\": \""));
    text.push_hole(personal(name));
    text.push_str("\"");
    text
}

fn body(text: HoledText, private: &[(&str, &str)]) -> Result<String, FillError> {
    let mut outbound = Outbound::new(Method::Post, HoledText::plain("https://channel.example/"));
    outbound.body = Some(text);
    filled(&outbound, &[], private).map(|filled| filled.body().unwrap().to_owned())
}

#[test]
fn a_member_vanishes_with_one_comma_wherever_it_stands() {
    let around = |before: &str, after: &str| {
        let mut text = HoledText::plain(before);
        text.push_optional(member("ip"));
        text.push_str(after);
        text
    };
    for (before, after, without) in [
        ("{", "}", "{}"),
        ("{", r#","a":1}"#, r#"{"a":1}"#),
        (r#"{"a":1,"#, "}", r#"{"a":1}"#),
        (r#"{"a":1,"#, r#","b":2}"#, r#"{"a":1,"b":2}"#),
        ("{ \"a\": 1 ,\n\t", " , \"b\": 2 }", "{ \"a\": 1  , \"b\": 2 }"),
        ("{\n", "\n,\"b\": 2 }", "{\n\"b\": 2 }"),
        (r#"{"a":",","#, "}", r#"{"a":","}"#),
        (r#"{"a":{"#, r#"},"b":[","]}"#, r#"{"a":{},"b":[","]}"#),
    ] {
        assert_eq!(body(around(before, after), &[]).unwrap(), without);
        assert_eq!(
            body(around(before, after), &[("ip", "")]).unwrap(),
            without,
            "an empty one is as good as none"
        );
        let with = format!("{before}\"ip\": \"7\"{after}");
        assert_eq!(body(around(before, after), &[("ip", "7")]).unwrap(), with);
    }
}

#[test]
fn a_member_with_two_personal_values_needs_both() {
    let mut both = member("ip");
    both.push_str(",\"ua\":\"");
    both.push_hole(personal("ua"));
    both.push_str("\"");
    let mut text = HoledText::plain("{");
    text.push_optional(both);
    text.push_str("}");
    assert_eq!(body(text.clone(), &[("ip", "7")]).unwrap(), "{}");
    assert_eq!(
        body(text, &[("ip", "7"), ("ua", "x")]).unwrap(),
        r#"{"ip": "7","ua":"x"}"#
    );
}

#[test]
fn an_expired_value_in_a_signed_message_takes_the_signature_along() {
    let mut message = HoledText::plain("ip=");
    message.push_hole(personal("ip"));
    let mut signature = HoledText::plain("\"sign\":\"");
    signature.push_hole(Hole::Hmac {
        key: "env:K".parse().unwrap(),
        message,
    });
    signature.push_str("\"");
    let mut outbound = plain();
    let mut text = HoledText::plain("{");
    text.push_optional(signature);
    text.push_str("}");
    outbound.body = Some(text);
    assert_eq!(outbound.holes().count(), 2, "its holes are found");
    let of = |private: &[(&str, &str)]| {
        filled(&outbound, &[("env:K", "Jefe")], private)
            .unwrap()
            .body()
            .unwrap()
            .to_owned()
    };
    assert_eq!(of(&[]), "{}");
    assert_eq!(of(&[("ip", "7")]).len(), r#"{"sign":""}"#.len() + 64);
}

#[test]
fn what_is_not_optional_stays_and_is_empty() {
    let mut text = HoledText::plain("{");
    text.0.extend(member("ip").0);
    text.push_str("}");
    assert_eq!(body(text, &[]).unwrap(), r#"{"ip": ""}"#);
}

#[test]
fn there_is_no_optional_member_inside_another_one() {
    let mut outer = HoledText::plain("\"a\":{");
    outer.push_optional(member("ip"));
    outer.push_str("}");
    let mut text = HoledText::plain("{");
    text.push_optional(outer);
    text.push_str("}");
    assert_eq!(body(text, &[("ip", "7")]), Err(FillError::Malformed));
    let mut url = HoledText::plain("https://channel.example/");
    url.push_optional(HoledText::plain("x"));
    assert_eq!(filled(&get(url), &[], &[]).unwrap().url(), "https://channel.example/x");
}

/// A JSON value in which members and elements may be optional.
#[derive(Debug, Clone)]
enum Node {
    Text(String),
    Object(Vec<(bool, Node)>),
    Array(Vec<(bool, Node)>),
}

fn node() -> impl Strategy<Value = Node> {
    let leaf = "[a-z,{}\\[\\]\"\\\\: é]{0,6}".prop_map(Node::Text);
    leaf.prop_recursive(4, 24, 5, |inner| {
        let members = prop::collection::vec((any::<bool>(), inner), 0..5);
        prop_oneof![members.clone().prop_map(Node::Object), members.prop_map(Node::Array)]
    })
}

/// Writes a body, and what it must come to where the personal values of `there` are left.
struct Writer<'a> {
    out: HoledText,
    private: BTreeMap<String, String>,
    there: &'a [bool],
    spaces: &'a [&'static str],
    next: usize,
}

impl Writer<'_> {
    fn space(&mut self) {
        let space = self.spaces[self.next % self.spaces.len()];
        self.next += 1;
        self.out.push_str(space);
    }

    fn value(&mut self, node: &Node) -> Value {
        match node {
            Node::Text(text) => {
                self.out.push_str(&serde_json::to_string(text).unwrap());
                json!(text)
            }
            Node::Object(members) => {
                let kept = self.members(members, '{', '}', true);
                Value::Object(kept.into_iter().collect())
            }
            Node::Array(elements) => {
                let kept = self.members(elements, '[', ']', false);
                kept.into_iter().map(|(_, value)| value).collect()
            }
        }
    }

    fn members(&mut self, members: &[(bool, Node)], open: char, close: char, named: bool) -> Vec<(String, Value)> {
        let mut kept = Vec::new();
        self.out.push_str(open.encode_utf8(&mut [0; 4]));
        for (place, (optional, node)) in members.iter().enumerate() {
            if place > 0 {
                self.space();
                self.out.push_str(",");
            }
            self.space();
            let name = format!("m{place}");
            let prefix = if named { format!("\"{name}\":") } else { String::new() };
            if *optional {
                let field = format!("p{}", self.private.len());
                let there = self.there[self.private.len() % self.there.len()];
                let value = "\"a,\\é{";
                self.private
                    .insert(field.clone(), if there { value.into() } else { String::new() });
                let mut member = HoledText::plain(prefix + "\"");
                member.push_hole(personal(&field));
                member.push_str("\"");
                self.out.push_optional(member);
                kept.extend(there.then(|| (name, json!(value))));
            } else {
                self.out.push_str(&prefix);
                let value = self.value(node);
                kept.push((name, value));
            }
        }
        self.space();
        self.out.push_str(close.encode_utf8(&mut [0; 4]));
        kept
    }
}

proptest! {
    #[test]
    fn json_stays_json_whichever_members_vanish(
        node in node(),
        there in prop::collection::vec(any::<bool>(), 1..12),
        spaces in prop::collection::vec(prop::sample::select(vec!["", "", " ", "\n\t", "\r\n  "]), 1..9),
    ) {
        let mut writer = Writer { out: HoledText::default(), private: BTreeMap::new(), there: &there, spaces: &spaces, next: 0 };
        let expected = writer.value(&node);
        let private: Vec<(&str, &str)> = writer.private.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let stored = serde_json::to_string(&writer.out).unwrap();
        let read: HoledText = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&read, &writer.out);
        let optional = writer.out.0.iter().filter(|part| matches!(part, Part::Optional { .. })).count();
        prop_assert_eq!(optional, private.len());
        let body = body(read, &private).unwrap();
        let found: Value = serde_json::from_str(&body).map_err(|error| TestCaseError::fail(format!("{error}: {body}")))?;
        prop_assert_eq!(found, expected, "{}", body);
    }
}
