//! Macros that a network left unfilled. A value such as `{tid}` is only the name of what should
//! stand there, so it is not a value.

use alloc::borrow::Cow;
use percent_encoding::percent_decode_str;

/// How many more times a value is decoded in search of a macro. Links that pass through two
/// redirects arrive encoded twice, and a limit keeps the work linear.
const MAX_EXTRA_DECODINGS: u32 = 2;

/// Whether `value`, already decoded once, is or holds a macro that was not filled:
///
/// - `{name}` anywhere, so also `${name}`, `{{name}}` and `a-{name}`
/// - a whole value in the brackets of another system's macros: `[name]`, `[[name]]`, `[[[name]]]`,
///   `[=name=]`, `%name%`, `%%name%%`, `[%name%]`, `#name#`, `##name##`, `@name@`, `@@name@@`,
///   `$name$`, `$$name$$`, `!!!name!!!`, `<name>`, `<<name>>`, `<%name%>`, `_~name~_`, `{!name!}`,
///   `{$name}`, `{%name%}`, and in capitals `__NAME__`; the name begins with a letter or `_`
/// - a whole value `{name(argument)}`, `##name(argument)##` or `{name50%}`
/// - any of these after the percent escapes are decoded up to two more times: `%7Btid%7D`,
///   `%257Btid%257D`
/// - the whole words `REPLACE`, `undefined` and `null`, in exactly this case
///
/// A name is one or more ASCII letters, digits, `_`, `-`, `.` or `:`. So JSON, `{}`, `[1]`, `#1`,
/// `__x`, `50%` and a single brace are values. ClickBank does not document what it sends for a
/// macro without a value. Known receivers treat both the empty text and a value that still has its
/// braces as missing. `tests/vectors/unfilled.jsonl` lists the macro syntaxes with their networks.
///
/// ```
/// use postback::value::is_unfilled_macro;
/// assert!(is_unfilled_macro("{tid}"));
/// assert!(is_unfilled_macro("[CLICK_ID]"));
/// assert!(!is_unfilled_macro("tid"));
/// ```
#[must_use]
pub fn is_unfilled_macro(value: &str) -> bool {
    // Hardly any value begins with or holds one of these characters, and this check runs for every
    // required parameter of every rule.
    let begins = match value.as_bytes().first() {
        Some(b'#' | b'!' | b'_' | b'<' | b'[' | b'@' | b'$') => is_whole(value),
        Some(b'R' | b'u' | b'n') => matches!(value, "REPLACE" | "undefined" | "null"),
        _ => false,
    };
    begins || (value.bytes().any(|byte| matches!(byte, b'{' | b'%')) && holds_encoded(value))
}

fn holds_encoded(value: &str) -> bool {
    if holds_macro(value) {
        return true;
    }
    let mut text = Cow::Borrowed(value);
    for _ in 0..MAX_EXTRA_DECODINGS {
        if !text.contains('%') {
            return false;
        }
        let decoded = percent_decode_str(&text).decode_utf8_lossy().into_owned();
        if holds_macro(&decoded) {
            return true;
        }
        text = Cow::Owned(decoded);
    }
    false
}

fn holds_macro(text: &str) -> bool {
    is_whole(text) || holds_braces(text)
}

/// The brackets around a name, where the whole value is a macro. All brackets that fit are tried:
/// `[%name%]` also fits `[..]`, but `%name%` inside those is not a name.
const BRACKETS: [(&str, &str); 22] = [
    ("[", "]"),
    ("[[", "]]"),
    ("[[[", "]]]"),
    ("[%", "%]"),
    ("[=", "=]"),
    ("%", "%"),
    ("#", "#"),
    ("##", "##"),
    ("!!!", "!!!"),
    ("<", ">"),
    ("_~", "~_"),
    ("{!", "!}"),
    ("{$", "}"),
    ("{%", "%}"),
    ("%%", "%%"),
    ("<<", ">>"),
    ("<%", "%>"),
    ("@", "@"),
    ("@@", "@@"),
    ("$", "$"),
    ("$$", "$$"),
    ("{", "}"),
];

fn is_whole(text: &str) -> bool {
    let within = |(open, close)| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let mut inside = BRACKETS.into_iter().filter_map(within);
    inside.any(is_name_or_call) || within(("__", "__")).is_some_and(is_capitals)
}

/// Whether the text is a name, which may have an argument in parentheses or a `%` behind it.
fn is_name_or_call(text: &str) -> bool {
    let called = text.strip_suffix(')').and_then(|text| text.split_once('('));
    match called {
        Some((name, argument)) => begins_and_is_a_name(name) && begins_and_is_a_name(argument),
        None => begins_and_is_a_name(text.strip_suffix('%').unwrap_or(text)),
    }
}

fn begins_and_is_a_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.bytes().all(is_name_byte)
}

/// Lower case is not accepted, since many ids hold `_`.
fn is_capitals(text: &str) -> bool {
    let is_capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.bytes().all(is_capital)
}

/// Whether `{name}` stands anywhere in the text. A name holds no brace, so the text after an
/// opening brace is searched only up to the next one.
fn holds_braces(text: &str) -> bool {
    text.split('{').skip(1).any(|after| {
        after
            .split_once('}')
            .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(is_name_byte))
    })
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_macro_in_any_of_the_known_brackets_is_unfilled() {
        for value in [
            "{tid}",
            "[CLICK_ID]",
            "${SUBID}",
            "%tid%",
            "[%token%]",
            "{{campaign.id}}",
            "{sub-1}",
            "{a:b}",
        ] {
            assert!(is_unfilled_macro(value), "{value}");
        }
    }

    #[test]
    fn braces_inside_a_value_leave_it_unfilled() {
        for value in ["{tid}-{sub1}", "x{tid}", "{tid}x", "{ {tid}", "a{b{c}"] {
            assert!(is_unfilled_macro(value), "{value}");
        }
    }

    #[test]
    fn an_encoded_macro_is_unfilled_up_to_two_more_encodings() {
        for value in [
            "%7Btid%7D",
            "%7btid%7d",
            "%257Btid%257D",
            "%5BCLICK_ID%5D",
            "%24%7BSUBID%7D",
            "%25tid%25",
            "{tid%7D",
        ] {
            assert!(is_unfilled_macro(value), "{value}");
        }
        assert!(!is_unfilled_macro("%25257Btid%25257D"));
    }

    #[test]
    fn what_only_resembles_a_macro_is_a_value() {
        for value in [
            "",
            "tid",
            "{",
            "}",
            "{}",
            "}{",
            "{tid",
            "tid}",
            "[]",
            "[1]",
            "[1,2]",
            "[\"a\"]",
            "{\"a\":1}",
            "{a b}",
            "x[a]",
            "[a]x",
            "%",
            "%%",
            "50%",
            "%50%",
            "100%",
            "$5",
            "a%b",
            "[%%]",
        ] {
            assert!(!is_unfilled_macro(value), "{value}");
        }
    }
}
