//! The file of a credential.

use super::credential::{Credential, members};
use postback::Secret;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

/// The longest file that is read, in bytes. A credential has a few hundred.
const MAX_FILE: u64 = 64 * 1024;

/// Reads a credential's text.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let unreadable = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => String::from("cannot be read: there is no such file"),
        kind => format!("cannot be read: {kind}"),
    };
    // Opening a pipe waits until somebody writes to it.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("is not a regular file".into());
    }
    let mut text = String::new();
    let file = File::open(path).map_err(unreadable)?;
    let length = file
        .take(MAX_FILE.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if u64::try_from(length).is_ok_and(|length| length > MAX_FILE) {
        return Err(format!("is over {MAX_FILE} bytes long"));
    }
    Ok(text)
}

/// Writes another refresh token to the file that holds `known`, and returns when it is on the disk.
/// The other members stay. The file is replaced as a whole, so that it is never half written, and
/// only its owner can read it afterwards.
///
/// # Errors
/// - a file that a person has replaced meanwhile: it is left as it is
/// - a file that cannot be read, or a folder that cannot be written to
pub(super) fn keep(path: &Path, known: &Credential, token: &Secret) -> Result<(), String> {
    let text = read(path)?;
    let problem = |error: io::Error| format!("cannot be written: {}", error.kind());
    let is_known = Credential::from_json(&text).is_ok_and(|found| found.says_the_same_as(known));
    if !is_known {
        return Err("was changed meanwhile, and is left as it is".into());
    }
    let mut members = members(&text)?;
    let token = token.expose_str().ok_or("cannot hold the token, which is not text")?;
    let token = serde_json::value::to_raw_value(token).map_err(|_| "cannot hold the token")?;
    members.insert("refresh_token".to_owned(), token);
    let text = serde_json::to_string_pretty(&members).map_err(|_| "cannot hold the token")?;
    replace(path, text.as_bytes()).map_err(problem)
}

/// Replaces the content of a file.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    // A link stays a link: what it leads to is replaced.
    let path = path.canonicalize()?;
    let folder = path.parent().ok_or(ErrorKind::NotFound)?;
    let name = path.file_name().ok_or(ErrorKind::NotFound)?;
    let beside = folder.join(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    // One that a process of the same number left behind.
    drop(fs::remove_file(&beside));
    let replaced = write(&beside, content).and_then(|()| fs::rename(&beside, &path));
    if replaced.is_err() {
        drop(fs::remove_file(&beside));
    }
    replaced?;
    // The new name is on the disk when the folder is.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"client_id": "id", "refresh_token": "old", "quota_project_id": "p", "n": 1.50}"#;

    #[test]
    fn another_refresh_token_takes_the_place_of_the_old_one_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, TEXT).unwrap();
        let known = Credential::read(&path).unwrap();
        keep(&path, &known, &Secret::from("new \"one\"")).unwrap();
        let read = Credential::read(&path).unwrap();
        assert_eq!(read.refresh_token().unwrap().expose(), b"new \"one\"");
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.contains(r#""quota_project_id": "p""#) && text.contains("1.50"),
            "{text}"
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone_and_a_link_stays_one() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.json"), folder.path().join("link"));
        fs::write(&path, TEXT).unwrap();
        symlink(&path, &link).unwrap();
        let known = Credential::read(&link).unwrap();
        keep(&link, &known, &Secret::from("new")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            Credential::read(&path).unwrap().refresh_token().unwrap().expose(),
            b"new"
        );
    }

    #[test]
    fn a_file_that_a_person_replaced_meanwhile_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, TEXT).unwrap();
        let known = Credential::read(&path).unwrap();
        let replaced = TEXT.replace("old", "authorised again");
        fs::write(&path, &replaced).unwrap();
        assert_eq!(
            keep(&path, &known, &Secret::from("new")).unwrap_err(),
            "was changed meanwhile, and is left as it is"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), replaced);
    }

    #[test]
    fn a_file_that_cannot_be_one_is_refused_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let refused = || Credential::read(&path).unwrap_err().to_string();
        let at = format!("OAuth credential `{}`: ", path.display());
        assert_eq!(refused(), format!("{at}cannot be read: there is no such file"));
        fs::write(&path, "{").unwrap();
        assert_eq!(refused(), format!("{at}is not JSON: line 1, column 1"));
        fs::write(&path, [0xff]).unwrap();
        assert_eq!(refused(), format!("{at}cannot be read: invalid data"));
        fs::write(&path, " ".repeat(65_537)).unwrap();
        assert_eq!(refused(), format!("{at}is over 65536 bytes long"));
        let folder = Credential::read(folder.path()).unwrap_err().to_string();
        assert!(folder.ends_with("is not a regular file"), "{folder}");
    }
}
