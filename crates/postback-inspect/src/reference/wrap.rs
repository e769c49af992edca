//! Sentences in lines that can be read.

/// The most columns of a line.
const COLUMNS: usize = 116;

/// The text in lines; each but the first begins with `indent`.
pub(super) fn wrapped(text: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut column = 0_usize;
    for word in text.split_whitespace() {
        let wide = word.chars().count();
        if column > 0 && column.saturating_add(1).saturating_add(wide) > COLUMNS {
            out.push('\n');
            out.push_str(indent);
            column = indent.len();
        } else if column > 0 {
            out.push(' ');
            column = column.saturating_add(1);
        }
        out.push_str(word);
        column = column.saturating_add(wide);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_before_it_is_too_long_and_keeps_every_word() {
        let text = "word ".repeat(100);
        let lines = wrapped(&text, "  ");
        assert!(lines.lines().count() > 1);
        assert!(lines.lines().all(|line| line.len() <= COLUMNS), "{lines}");
        assert!(lines.lines().skip(1).all(|line| line.starts_with("  word")), "{lines}");
        assert_eq!(lines.split_whitespace().count(), 100);
    }
}
