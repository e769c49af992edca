//! Shows the progress of a long batch on stderr from its third second on: as a bar on a terminal,
//! and as a line from time to time when stdin is a file. A program that asks line by line gets no
//! progress, since it may never read stderr.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

/// A batch that takes no longer shows no progress.
const PATIENCE: Duration = Duration::from_secs(2);
/// The time between two lines of progress.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The progress of one batch.
pub(crate) struct Progress {
    began: Instant,
    shown: Shown,
    /// The size of stdin in bytes, if it is a file.
    all: Option<u64>,
    bytes: u64,
    lines: u64,
}

enum Shown {
    Nothing,
    /// The bar. It is made when it is first needed.
    Bar(Option<ProgressBar>),
    /// When the next line is due.
    Lines(Duration),
}

impl Progress {
    /// Starts the progress of a batch that begins now and reads stdin.
    pub(crate) fn begin() -> Self {
        let all = length_of_stdin();
        let shown = match (io::stderr().is_terminal(), all) {
            // Answers on the screen show the progress themselves.
            (true, _) if io::stdout().is_terminal() || io::stdin().is_terminal() => Shown::Nothing,
            (true, _) => Shown::Bar(None),
            (false, Some(_)) => Shown::Lines(PATIENCE),
            (false, None) => Shown::Nothing,
        };
        Self {
            began: Instant::now(),
            shown,
            all,
            bytes: 0,
            lines: 0,
        }
    }

    /// Notes that a line of this many bytes was answered.
    pub(crate) fn step(&mut self, bytes: usize) {
        self.lines = self.lines.saturating_add(1);
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(bytes);
        if let Some(line) = self.show(self.began.elapsed()) {
            // Nothing can be done about a closed stderr.
            drop(writeln!(io::stderr(), "{line}"));
        }
    }

    /// Moves the bar, or returns the line that is due.
    fn show(&mut self, elapsed: Duration) -> Option<String> {
        match &mut self.shown {
            Shown::Lines(due) if elapsed >= *due => {
                *due = elapsed.saturating_add(LINE_EVERY);
                Some(line(self.lines, self.bytes, self.all))
            }
            Shown::Bar(bar) if elapsed >= PATIENCE => {
                let bar = bar.get_or_insert_with(|| made(self.all));
                bar.set_position(self.bytes);
                bar.set_message(format!("{} lines", self.lines));
                None
            }
            _ => None,
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Shown::Bar(Some(bar)) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

fn line(lines: u64, bytes: u64, all: Option<u64>) -> String {
    let hundredth = all.and_then(|all| bytes.saturating_mul(100).checked_div(all));
    let part = hundredth.map_or_else(String::new, |part| format!(", {} %", part.min(100)));
    format!("{lines} lines are answered{part}")
}

fn made(all: Option<u64>) -> ProgressBar {
    let template = match all {
        Some(_) => "{bar:40} {percent} % {msg}, {eta} to go",
        None => "{spinner} {msg} in {elapsed}",
    };
    let bar = ProgressBar::with_draw_target(all, ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(unix)]
fn length_of_stdin() -> Option<u64> {
    use std::os::fd::AsFd;
    let file = io::stdin().as_fd().try_clone_to_owned().ok()?;
    let known = std::fs::File::from(file).metadata().ok()?;
    known.is_file().then_some(known.len())
}

#[cfg(not(unix))]
fn length_of_stdin() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(shown: Shown) -> Progress {
        Progress {
            began: Instant::now(),
            shown,
            all: Some(200),
            bytes: 50,
            lines: 7,
        }
    }

    #[test]
    fn a_line_comes_after_two_seconds_and_then_every_ten() {
        let mut progress = progress(Shown::Lines(PATIENCE));
        let said: Vec<u64> = (0..30_000_u64)
            .step_by(500)
            .filter(|milliseconds| progress.show(Duration::from_millis(*milliseconds)).is_some())
            .collect();
        assert_eq!(said, [2_000, 12_000, 22_000]);
        let later = progress.show(Duration::from_secs(60));
        assert_eq!(later.as_deref(), Some("7 lines are answered, 25 %"));
    }

    #[test]
    fn a_bar_is_made_after_two_seconds_and_follows_the_bytes() {
        let mut progress = progress(Shown::Bar(None));
        assert_eq!(progress.show(Duration::from_millis(1_999)), None);
        assert!(matches!(progress.shown, Shown::Bar(None)));
        assert_eq!(progress.show(PATIENCE), None);
        let Shown::Bar(Some(bar)) = &progress.shown else {
            panic!("there is no bar")
        };
        assert_eq!((bar.position(), bar.length()), (50, Some(200)));
    }

    #[test]
    fn of_an_input_without_a_known_end_no_part_is_told() {
        assert_eq!(line(3, 10, None), "3 lines are answered");
    }
}
