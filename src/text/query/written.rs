//! Splits a query at `&` and `=` without decoding, whatever else stands in it.

/// Returns each text between two `&` as its name and, if it has a `=`, the text after its first
/// `=`.
pub(crate) fn written(query: &[u8]) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
    let parameters = query
        .split(|byte| *byte == b'&')
        .filter(|parameter| !parameter.is_empty());
    parameters.map(|parameter| {
        let mut parts = parameter.splitn(2, |byte| *byte == b'=');
        (parts.next().unwrap_or_default(), parts.next())
    })
}
