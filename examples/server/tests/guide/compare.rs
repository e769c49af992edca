//! What a page prints beside what really came.

use serde_json::Value;

pub(crate) fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

pub(crate) fn same(page: &str, real: &str) -> Result<(), String> {
    if page == real {
        return Ok(());
    }
    Err(format!("the page says\n{page}\nand it really is\n{real}"))
}

/// As [`same`]; `..` on the page stands for anything.
pub(crate) fn alike(page: &str, real: &str) -> Result<(), String> {
    match page.split_once("..") {
        Some((begin, end)) if real.starts_with(begin) && real.ends_with(end) => Ok(()),
        _ => same(page, real),
    }
}

/// Whether what is shown is a part of the answer: keys may be left out, elements of lists may not.
pub(crate) fn part(place: &str, shown: &Value, answer: &Value) -> Result<(), String> {
    match (shown, answer) {
        (Value::Object(shown), Value::Object(answer)) => shown.iter().try_for_each(|(key, shown)| {
            let place = format!("{place}.{key}");
            part(
                &place,
                shown,
                answer.get(key).ok_or_else(|| format!("{place} is not there"))?,
            )
        }),
        (Value::Array(shown), Value::Array(answer)) if shown.len() == answer.len() => {
            let mut pairs = shown.iter().zip(answer).enumerate();
            pairs.try_for_each(|(index, (shown, answer))| part(&format!("{place}[{index}]"), shown, answer))
        }
        _ if shown == answer => Ok(()),
        _ => Err(format!("{place} is {answer}, not {shown}")),
    }
}

#[test]
fn a_part_of_an_answer_is_compared_key_by_key() {
    let answer = serde_json::json!({"a": [{"b": 1, "c": 2}, {"b": 3}]});
    let part = |shown: &str| part("", &serde_json::from_str(shown).unwrap(), &answer);
    assert_eq!(part(r#"{"a": [{"b": 1}, {}]}"#), Ok(()));
    assert_eq!(
        part(r#"{"a": [{"b": 1}, {"b": 4}]}"#),
        Err(".a[1].b is 3, not 4".into())
    );
    assert_eq!(part(r#"{"d": 1}"#), Err(".d is not there".into()));
    assert_eq!(
        part(r#"{"a": [{"b": 1}]}"#),
        Err(r#".a is [{"b":1,"c":2},{"b":3}], not [{"b":1}]"#.into())
    );
}
