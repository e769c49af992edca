//! The committed seeds. `seeds/TARGET.txt` has one on each line. Every byte that is not plain
//! ASCII, and the backslash, is written as `\xNN`, so that bash's `printf %b` unpacks it.

use std::fs;
use std::path::PathBuf;

pub fn file(target: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz_suite/seeds");
    folder.join(target).with_extension("txt")
}

/// Returns the committed seeds of a target.
pub fn committed(target: &str) -> Vec<Vec<u8>> {
    let text = fs::read_to_string(file(target)).unwrap();
    text.lines().map(unescaped).collect()
}

fn unescaped(line: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = line;
    while let Some((plain, behind)) = rest.split_once("\\x") {
        bytes.extend(plain.bytes());
        let (digits, behind) = behind.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
        rest = behind;
    }
    bytes.extend(rest.bytes());
    bytes
}
