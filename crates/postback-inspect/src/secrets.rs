//! Secrets behind references, as far as this machine has them.

use postback::tracker::ClickIdKeys;
use postback::value::{SecretPlace, SecretReference};
use postback::{Credentials, Secret, Tracker};
use std::{env, fs, io::Read as _};

/// The longest file that is read for a secret, in bytes: secrets are short, and a path may be
/// mistaken, even for a device without an end.
const MAX_FILE: u64 = 64 * 1024;

/// The secret behind `env:NAME` or `file:PATH`, if this machine has it; `host:NAME` is the host's
/// own. A file's last line break is no part of the secret, as on the server; a file over
/// [`MAX_FILE`] is none.
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

/// A variable of the environment that is set and not empty.
pub(crate) fn of_variable(name: &str) -> Option<Secret> {
    let value = env::var_os(name).filter(|value| !value.is_empty())?;
    Some(Secret::new(value.into_encoded_bytes()))
}

/// What reading a postback needs, and the keys of click ids that are not at hand. Without all of
/// them no click id is called forged.
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
