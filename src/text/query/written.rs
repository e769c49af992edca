//! A query cut at `&` and `=`, whatever stands there.

/// What stands between two `&`, with what follows its first `=`.
pub(crate) fn written(query: &[u8]) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
    let parameters = query
        .split(|byte| *byte == b'&')
        .filter(|parameter| !parameter.is_empty());
    parameters.map(|parameter| {
        let mut parts = parameter.splitn(2, |byte| *byte == b'=');
        (parts.next().unwrap_or_default(), parts.next())
    })
}
