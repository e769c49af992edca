//! What was measured, as a table.

use std::{fmt, time::Duration};

/// What one question took in each file.
#[derive(Debug)]
pub struct Line {
    /// What was asked.
    pub name: String,
    times: Vec<Vec<Duration>>,
    found: Vec<usize>,
}

impl Line {
    pub(super) fn new(name: impl Into<String>, files: usize) -> Self {
        Self {
            name: name.into(),
            times: vec![Vec::new(); files],
            found: vec![0; files],
        }
    }

    /// Notes what a question took in a file, and how many rows it found.
    pub(super) fn note(&mut self, place: usize, took: Duration, found: usize) {
        if let Some(times) = self.times.get_mut(place) {
            times.push(took);
        }
        if let Some(most) = self.found.get_mut(place) {
            *most = found.max(*most);
        }
    }

    /// The most rows that were found in each file.
    #[must_use]
    pub fn found(&self) -> &[usize] {
        &self.found
    }

    /// The median time in each file.
    #[must_use]
    pub fn medians(&self) -> Vec<Duration> {
        let median = |times: &Vec<Duration>| {
            let mut sorted = times.clone();
            sorted.sort();
            sorted.get(sorted.len() / 2).copied().unwrap_or_default()
        };
        self.times.iter().map(median).collect()
    }
}

/// The lines, with a column for each size.
#[derive(Debug)]
pub struct Table {
    sizes: Vec<u64>,
    lines: Vec<Line>,
}

impl Table {
    pub(super) const fn new(sizes: Vec<u64>) -> Self {
        let lines = Vec::new();
        Self { sizes, lines }
    }

    pub(super) fn add(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.sizes.first().copied().unwrap_or_default();
        write!(f, "| sales |")?;
        self.sizes.iter().try_for_each(|size| write!(f, " {size} |"))?;
        for size in self.sizes.iter().skip(1) {
            write!(f, " {size} : {first} |")?;
        }
        writeln!(f, " rows |")?;
        writeln!(f, "|---|{}", "---|".repeat(2 * self.sizes.len()))?;
        for line in &self.lines {
            let medians = line.medians();
            write!(f, "| {} |", line.name)?;
            medians
                .iter()
                .try_for_each(|median| write!(f, " {} |", micros(*median)))?;
            for median in medians.iter().skip(1) {
                let first = medians.first().copied().unwrap_or_default();
                write!(f, " {} |", ratio(*median, first))?;
            }
            let found: Vec<String> = line.found.iter().map(ToString::to_string).collect();
            writeln!(f, " {} |", found.join(", "))?;
        }
        Ok(())
    }
}

fn micros(time: Duration) -> String {
    match time.as_micros() {
        few @ 0..10_000 => format!("{few} us"),
        many => format!("{} ms", many / 1_000),
    }
}

/// How many times as long, with one decimal; more than twice is marked.
fn ratio(time: Duration, first: Duration) -> String {
    let tenths = (time.as_nanos() * 10 + first.as_nanos() / 2) / first.as_nanos().max(1);
    let text = format!("{}.{}", tenths / 10, tenths % 10);
    if tenths > 20 { format!("**{text}**") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_the_medians_and_marks_what_takes_more_than_twice_as_long() {
        let mut table = Table::new(vec![10, 20, 30]);
        let mut line = Line::new("walk", 3);
        for (place, times) in [[1, 900, 100], [120, 130, 2], [20, 20_000, 15_000]].iter().enumerate() {
            for (time, found) in times.iter().zip([3, 5, 4]) {
                line.note(place, Duration::from_micros(*time), found);
            }
        }
        table.add(line);
        assert_eq!(
            table.to_string().lines().last(),
            Some("| walk | 100 us | 120 us | 15 ms | 1.2 | **150.0** | 5, 5, 5 |")
        );
    }
}
