//! Resolves references to secrets, as far as this machine has them.

use postback::tracker::ClickIdKeys;
use postback::value::{SecretPlace, SecretReference};
use postback::{Credentials, Secret, Tracker};
use std::{env, fs, io::Read as _};

/// The longest file that is read for a secret, in bytes. Secrets are short, and a wrong path may
/// even lead to a device without an end.
const MAX_FILE: u64 = 64 * 1024;

/// Returns the secret of `env:NAME` or `file:PATH`, if this machine has it; only the host has that
/// of `host:NAME`. As on the server, the last line break of a file is not part of the secret. A
/// file over [`MAX_FILE`] has no secret.
pub(crate) fn of_reference(reference: &SecretReference) -> Option<Secret> {
    match reference.place() {
        SecretPlace::Env(name) => of_variable(name),
        SecretPlace::File(path) => {
            let mut text = String::new();
            let mut file = fs::File::open(path).ok()?.take(MAX_FILE.saturating_add(1));
            let length = file.read_to_string(&mut text).ok()?;
            if u64::try_from(length).is_ok_and(|length| length > MAX_FILE) {
                return None;
            }
            let text = text.trim_end_matches(['\n', '\r']);
            (!text.is_empty()).then(|| Secret::new(text))
        }
        SecretPlace::Host(_) => None,
    }
}

/// Returns an environment variable that is set and not empty.
pub(crate) fn of_variable(name: &str) -> Option<Secret> {
    let value = env::var_os(name).filter(|value| !value.is_empty())?;
    Some(Secret::new(value.into_encoded_bytes()))
}

/// Returns the credentials for reading a postback, and the keys of click ids that this machine does
/// not have. Unless it has all of them, no click id is called forged.
pub(crate) fn for_reading(tracker: &Tracker) -> (Credentials, Vec<&SecretReference>) {
    let references = tracker.click_id_references();
    let found = references.iter().map(|reference| (reference, of_reference(reference)));
    let (mut keys, mut missing) = (Vec::new(), Vec::new());
    for (reference, key) in found {
        match key {
            Some(key) => keys.push(key),
            None => missing.push(reference),
        }
    }
    if !missing.is_empty() {
        keys.clear();
    }
    (Credentials::of_click_ids(ClickIdKeys::new(keys)), missing)
}
