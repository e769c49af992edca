//! Running the program.

use std::{
    env,
    io::Write,
    ops::Deref,
    process::{Command, Stdio},
};

pub(crate) const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
pub(crate) const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/inspect/rules.toml");
pub(crate) const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tracker.example.toml");

/// What a run came to.
#[derive(Debug, PartialEq)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// What it printed; it was not refused.
    pub(crate) fn printed(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.out
    }

    /// The flags of which it says that they exclude each other; it did nothing.
    pub(crate) fn conflicting(self) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{}", self.err);
        let line = self.err.lines().next().unwrap();
        let flags = line
            .strip_prefix("error: the argument ")
            .unwrap_or_else(|| panic!("{line}"));
        flags.replace(" cannot be used with ", " ")
    }

    /// The line on stderr; it was refused and printed nothing else.
    pub(crate) fn refused(self) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{}", self.err);
        let line = self.err.strip_suffix('\n').unwrap();
        assert!(!line.contains('\n'), "{line}");
        line.to_owned()
    }
}

/// The program, to be run.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postback-inspect"));
    // Only the test says what the program finds in its environment.
    command.env_clear();
    command
}

/// Runs `inspect` with this environment and stdin.
pub(crate) fn inspect_with(environment: &[(&str, &str)], input: impl AsRef<[u8]>, arguments: &[&str]) -> Ran {
    inspect_in(".", environment, input, arguments)
}

/// Runs `inspect` in a folder.
pub(crate) fn inspect_in(
    folder: &str,
    environment: &[(&str, &str)],
    input: impl AsRef<[u8]>,
    arguments: &[&str],
) -> Ran {
    let mut command = program();
    command
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(folder);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_vec();
    // A program that refuses its flags does not read.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs `inspect` with an empty environment and an empty stdin.
pub(crate) fn inspect(arguments: &[&str]) -> Ran {
    inspect_with(&[], "", arguments)
}

/// Each line of a batch's answers, as JSON.
pub(crate) fn answers(out: &str) -> Vec<serde_json::Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The text of the vector in this folder.
pub(crate) fn vector(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

/// A file of the vectors.
pub(crate) fn path(name: &str) -> String {
    format!("{REPOSITORY}/tests/vectors/{name}")
}

/// A file's path; the file is there as long as this is.
#[derive(Debug)]
pub(crate) struct TemporaryFile(String);

impl Deref for TemporaryFile {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // A panic here would hide why the test failed.
        drop(std::fs::remove_file(&self.0));
    }
}

/// A file with this text, whose name is the test's own.
pub(crate) fn file(name: &str, text: &str) -> TemporaryFile {
    let path = env::temp_dir().join(format!("postback-inspect-{}-{name}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    TemporaryFile(path.to_str().unwrap().to_owned())
}

/// A folder; it is there as long as this is.
#[derive(Debug)]
pub(crate) struct TemporaryFolder(std::path::PathBuf);

impl Deref for TemporaryFolder {
    type Target = std::path::Path;

    fn deref(&self) -> &std::path::Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // A panic here would hide why the test failed.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A folder whose name is the test's own.
pub(crate) fn folder(name: &str) -> TemporaryFolder {
    let path = env::temp_dir().join(format!("postback-inspect-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    TemporaryFolder(path)
}
