//! Every line of `vectors/templates.jsonl`: a template, values, and the text that somebody else
//! says must come out of it.
//!
//! `kind` is `url`, `offer` or a body's content type; `fill` are the values for blanks; `values`
//! are fields by macro name, `null` for an amount without a rate. Then one of: `is` (text, or parts
//! with holes), `refused` (by parsing), `fails` (to render).

use postback::outbound::HoledText;
use postback::scope::{Field, Value};
use postback::template::{BodyTemplate, UrlTemplate};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    kind: String,
    template: String,
    #[serde(default)]
    fill: BTreeMap<String, String>,
    values: BTreeMap<String, Option<String>>,
    is: Option<serde_json::Value>,
    refused: Option<String>,
    fails: Option<String>,
    origin: String,
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Is(HoledText),
    Refused(String),
    Fails(String),
}

impl Case {
    fn expected(&self) -> Outcome {
        match (&self.is, &self.refused, &self.fails) {
            (Some(serde_json::Value::String(text)), None, None) => Outcome::Is(HoledText::plain(text.as_str())),
            (Some(parts), None, None) => Outcome::Is(serde_json::from_value(parts.clone()).unwrap()),
            (None, Some(text), None) => Outcome::Refused(text.clone()),
            (None, None, Some(text)) => Outcome::Fails(text.clone()),
            _ => panic!("{}: one of `is`, `refused`, `fails`", self.name),
        }
    }

    fn outcome(&self) -> Outcome {
        let values: BTreeMap<Field, &Option<String>> = self
            .values
            .iter()
            .map(|(name, value)| (Field::from_name(name).unwrap(), value))
            .collect();
        let value = |field: &Field| match (field, values.get(field)) {
            (Field::Private(name), _) => Value::Private(name),
            (_, None) => Value::Empty,
            (_, Some(None)) => Value::NoRate,
            (_, Some(Some(text))) if text.is_empty() => Value::Empty,
            (_, Some(Some(text))) => Value::Text(text.as_str().into()),
        };
        let rendered = match self.kind.as_str() {
            "url" => UrlTemplate::parse_with(&self.template, &self.fill).map(|template| template.render_with(value)),
            "offer" => UrlTemplate::parse_offer(&self.template).map(|template| template.render_with(value)),
            content_type => BodyTemplate::parse(&self.template, content_type).map(|body| body.render_with(value)),
        };
        match rendered {
            Ok(Ok(text)) => Outcome::Is(text),
            Ok(Err(error)) => Outcome::Fails(error.to_string()),
            Err(error) => Outcome::Refused(error.to_string()),
        }
    }
}

#[test]
fn every_template_gives_what_its_origin_says() {
    let mut wrong = Vec::new();
    for line in include_str!("../vectors/templates.jsonl").lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        assert!(!case.origin.is_empty(), "{}", case.name);
        let (is, should) = (case.outcome(), case.expected());
        if is != should {
            wrong.push(format!("{}\n  is     {is:?}\n  should {should:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
