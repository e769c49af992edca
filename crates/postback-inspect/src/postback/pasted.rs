//! Finds the URL in what a person pasted, and guesses what was meant.

use postback::network::Meaning;
use postback::tracker::Source;
use postback::value::is_unfilled_macro;
use postback::{Query, Tracker};

/// The methods of requests that a log may show.
const METHODS: &[&[u8]] = &[b"GET ", b"POST ", b"HEAD ", b"PUT ", b"OPTIONS "];

/// Returns the URL in a text: the text itself, or the target of the request in a line of a log, as
/// Apache and nginx write it. Returns also a note of what was left out, if anything was.
pub(super) fn url(asked: &[u8]) -> (&[u8], Option<String>) {
    let asked = asked.trim_ascii();
    let Some((method, target)) = request(asked) else {
        return (asked, None);
    };
    let length = target
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || *byte == b'"');
    let (target, behind) = target.split_at(length.unwrap_or(target.len()));
    let version = behind.trim_ascii_start();
    let version = version.split(|byte| byte.is_ascii_whitespace() || *byte == b'"').next();
    let version = version
        .filter(|version| version.starts_with(b"HTTP/"))
        .map(String::from_utf8_lossy);
    let left_out = match version {
        Some(version) => format!("`{method}` and `{}` are", version.escape_debug()),
        None => format!("`{method}` is"),
    };
    let body = match method {
        "POST" | "PUT" => "; parameters of its body are not in the log",
        _ => "",
    };
    (target, Some(format!("the line of a log: {left_out} taken off{body}")))
}

/// Finds the method of the request at the beginning of a text or in it, and returns it with what
/// follows.
fn request(text: &[u8]) -> Option<(&'static str, &[u8])> {
    let starts = (0..text.len()).filter(|at| match at.checked_sub(1) {
        None => true,
        Some(before) => text.get(before).is_some_and(|byte| matches!(byte, b'"' | b' ' | b'\t')),
    });
    let mut found = starts.filter_map(|at| {
        let rest = text.get(at..)?;
        let method = METHODS.iter().find(|method| rest.starts_with(method))?;
        let target = rest.strip_prefix(*method)?.trim_ascii_start();
        let is_url = [b"/".as_slice(), b"http://", b"https://"];
        let method = core::str::from_utf8(method).ok()?.trim_end();
        is_url
            .iter()
            .any(|begin| target.starts_with(begin))
            .then_some((method, target))
    });
    found.next()
}

/// Returns what is doubtful about the URL, and about names in it that mean nothing here.
pub(super) fn doubts(
    tracker: &Tracker,
    source: &Source,
    url: &[u8],
    query: &Query<'_>,
    ignored: &[String],
) -> Vec<String> {
    let mut found: Vec<String> = insecure(tracker, source, url).into_iter().collect();
    let has = |meaning: Option<Meaning>, name: &str| {
        query.pairs().any(|(own, value)| {
            let is_it = own == name || (meaning.is_some() && source.parameter_meaning(own) == meaning);
            is_it && !value.is_empty() && !is_unfilled_macro(value)
        })
    };
    for name in ignored {
        let Some(hint) = source.parameter_hint(name) else {
            continue;
        };
        // If the right name has the value, nothing is missed under another name.
        if name.starts_with("amp;") || !has(hint.meaning(), hint.meant()) {
            found.push(hint.to_string());
        }
    }
    let means = |name: &str| source.parameter_meaning(name).is_some();
    let marked = query.pairs().find_map(|(name, value)| {
        let (_, behind) = value.split_once('?').filter(|(before, _)| !before.contains('/'))?;
        (means(name) && behind.contains('=')).then_some(name)
    });
    if let Some(name) = marked {
        found.push(format!(
            "the value of `{name}` holds a second `?`: write `&` in its place in the URL that is pasted into the network"
        ));
    }
    found
}

/// Whether the network calls the tracker's own domain by `http` although the domain has `https`.
fn insecure(tracker: &Tracker, source: &Source, url: &[u8]) -> Option<String> {
    let domain = tracker.source_domain(source)?.strip_prefix("https://")?;
    let called = url.strip_prefix(b"http://")?;
    let end = called.iter().position(|byte| matches!(byte, b'/' | b'?'));
    let host = called.get(..end.unwrap_or(called.len()))?;
    host.eq_ignore_ascii_case(domain.trim_end_matches('/').as_bytes())
        .then(|| {
            format!("it was called by `http`, and your domain has `https`: paste `https://{domain}` into the network")
        })
}

#[cfg(test)]
mod tests {
    use super::url;

    fn read(text: &str) -> (String, Option<String>) {
        let (url, said) = url(text.as_bytes());
        (String::from_utf8(url.to_vec()).unwrap(), said)
    }

    #[test]
    fn the_target_of_a_line_of_a_log_is_the_url() {
        const TARGET: &str = "/postback/network?clickid=C&token=T";
        for line in [
            format!("GET {TARGET} HTTP/1.1"),
            format!("  \"GET {TARGET} HTTP/1.1\"\n"),
            format!("203.0.113.7 - - [29/Nov/2026:12:00:00 +0000] \"GET {TARGET} HTTP/1.1\" 200 15 \"-\" \"curl/8.5\""),
            format!("trk.example.com 203.0.113.7 GET {TARGET} HTTP/1.1 200"),
            format!("{{\"request\":\"GET {TARGET} HTTP/1.1\",\"status\":200}}"),
        ] {
            let said = "the line of a log: `GET` and `HTTP/1.1` are taken off".to_owned();
            assert_eq!(read(&line), (TARGET.into(), Some(said)), "{line}");
        }
        assert_eq!(
            read(&format!("POST {TARGET} HTTP/2.0")).1.unwrap(),
            "the line of a log: `POST` and `HTTP/2.0` are taken off; parameters of its body are not in the log"
        );
        assert_eq!(
            read(&format!("GET https://trk.example.com{TARGET}")),
            (
                format!("https://trk.example.com{TARGET}"),
                Some("the line of a log: `GET` is taken off".into())
            )
        );
    }

    #[test]
    fn a_url_and_a_query_stay_as_they_are() {
        for text in [
            "/postback?clickid=GET%20/x",
            "https://trk.example.com/postback?clickid=C",
            "GET it",
            "",
        ] {
            assert_eq!(read(text), (text.into(), None), "{text}");
        }
    }
}
