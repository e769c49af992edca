//! Reads the configuration from its file.

use postback::compile::compile;
use postback::config::Problems;
use postback::delivery::address::AddressPolicy;
use postback::lint::lint_allowing;
use postback::value::Namespace;
use postback::{CompileOptions, Definition, Document, Tracker};
use postback_zones::Iana;
use std::{ffi::OsStr, io::ErrorKind, path::Path};

/// Reads a TOML or a JSON file, by its extension, and compiles it. Returns also warnings of what is
/// probably not meant where these destinations are allowed.
///
/// # Errors
/// All problems, one text for each: a file that cannot be read, a name that ends in neither `.toml`
/// nor `.json`, and what reading the document and compiling it reject.
pub(crate) fn read(
    path: &Path,
    namespace: &Namespace,
    policy: &AddressPolicy,
) -> Result<(Tracker, Vec<String>), Vec<String>> {
    let name = path.display();
    let one = |problem: String| vec![problem];
    let parse = match path.extension().and_then(OsStr::to_str) {
        Some("toml") => Document::from_toml,
        Some("json") => Document::from_json,
        _ => return Err(one(format!("`{name}` is neither `.toml` nor `.json`"))),
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        one(match error.kind() {
            ErrorKind::NotFound => format!("`{name}` cannot be read: there is no such file"),
            kind => format!("`{name}` cannot be read: {kind}"),
        })
    })?;
    let texts = |problems: Problems| problems.as_slice().iter().map(ToString::to_string).collect::<Vec<_>>();
    let document = parse(&text).map_err(texts)?;
    let tracker = compile(&document, &CompileOptions::new(namespace.clone()).with_zones(Iana)).map_err(texts)?;
    let definition = Definition::from_document(&document).map_err(texts)?;
    let warnings = lint_allowing(&definition, &tracker, policy)
        .iter()
        .map(ToString::to_string)
        .collect();
    Ok((tracker, warnings))
}
