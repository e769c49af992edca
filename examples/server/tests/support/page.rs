//! The fenced blocks of a Markdown page.

/// One fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What stands behind the opening fence.
    pub language: String,
    /// The lines between the fences, each with its line break.
    pub text: String,
    /// The line of the opening fence, from 1.
    pub line: usize,
}

/// The fenced blocks of a page, in order. Fences start at the margin.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(language), None) => {
                let (language, text) = (language.to_owned(), String::new());
                open = Some(Block {
                    language,
                    text,
                    line: index + 1,
                });
            }
            (Some(rest), Some(block)) => {
                assert_eq!(
                    rest,
                    "",
                    "line {}: a fence inside the block of line {}",
                    index + 1,
                    block.line
                );
                blocks.push(block);
            }
            (None, Some(mut block)) => {
                block.text.extend([line, "\n"]);
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert_eq!(open, None, "a block has no end");
    blocks
}
