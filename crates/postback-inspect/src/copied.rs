//! Undoes what logs do to a posted form. It gives all copies that may be meant, the simplest first.

use serde_json::Value;
use url::form_urlencoded::Serializer;

/// A body, and what was undone to get it from the text.
pub(crate) struct Copied {
    pub(crate) undone: Option<&'static str>,
    pub(crate) body: Vec<u8>,
}

/// Returns the text as it is, then without what stands before its first parameter, then taken out
/// of JSON.
pub(crate) fn copies(body: &[u8]) -> Vec<Copied> {
    let as_it_is = Copied {
        undone: None,
        body: body.to_vec(),
    };
    let front = without_front(body).map(|body| Copied {
        undone: Some("the path in front taken off"),
        body,
    });
    let json = out_of_json(body).map(|body| Copied {
        undone: Some("its JSON read as a form"),
        body,
    });
    [Some(as_it_is), front, json].into_iter().flatten().collect()
}

/// Returns the parameters in a line of a log, without what stands before the first name and after
/// the last value.
fn without_front(body: &[u8]) -> Option<Vec<u8>> {
    let body = body.trim_ascii();
    let equal = body.iter().position(|byte| *byte == b'=')?;
    let (front, _) = body.split_at_checked(equal)?;
    let last = front.iter().rposition(|byte| b" ?\"':\t>".contains(byte))?;
    let rest = body.get(last.checked_add(1)?..)?;
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'".contains(byte);
    let end = rest.iter().position(ends).unwrap_or(rest.len());
    rest.get(..end).map(<[u8]>::to_vec)
}

/// Returns the object with `cverify` in a line of JSON, as a form.
fn out_of_json(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let object = text.get(text.find('{')?..=text.rfind('}')?)?;
    let object: Value = serde_json::from_str(object).ok()?;
    let mut form = Serializer::new(String::new());
    for (name, value) in with_check(&object)?.as_object()? {
        match value {
            Value::String(text) => form.append_pair(name, text),
            Value::Null => form.append_pair(name, ""),
            Value::Number(number) => form.append_pair(name, &number.to_string()),
            _ => &mut form,
        };
    }
    Some(form.finish().into_bytes())
}

/// Returns the value itself, or the first object in it that has a check.
fn with_check(value: &Value) -> Option<&Value> {
    let members = value.as_object()?;
    match members.contains_key("cverify") {
        true => Some(value),
        false => members.values().find_map(with_check),
    }
}
