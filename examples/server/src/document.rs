//! Reading the configuration document from a file.

use postback::config::{Document, Problems};
use std::{ffi::OsStr, io, path::Path};
use thiserror::Error;

/// A file that holds no document.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// The file cannot be read.
    #[error("`{path}` cannot be read: {}", .error.kind())]
    File { path: String, error: io::Error },
    /// Its name does not say how to read it.
    #[error("`{0}` is neither `.toml` nor `.json`")]
    Extension(String),
    /// What is in it is no document.
    #[error(transparent)]
    Problems(#[from] Problems),
}

/// Reads TOML or JSON, as the file's extension says.
///
/// # Errors
/// - a file that cannot be read, or is not UTF-8
/// - a name that ends in neither `.toml` nor `.json`
/// - what [`Document::from_toml`] and [`Document::from_json`] refuse
pub(crate) fn read_document(path: &Path) -> Result<Document, ReadError> {
    let name = || path.display().to_string();
    let is_toml = match path.extension().and_then(OsStr::to_str) {
        Some("toml") => true,
        Some("json") => false,
        _ => return Err(ReadError::Extension(name())),
    };
    let text = std::fs::read_to_string(path).map_err(|error| ReadError::File { path: name(), error })?;
    Ok(if is_toml {
        Document::from_toml(&text)?
    } else {
        Document::from_json(&text)?
    })
}
