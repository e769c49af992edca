//! Reads JSON exactly by the grammar of RFC 8259, in one pass over a text that is known to be
//! UTF-8.
//!
//! The current place is passed as an argument and returned as a result, and is not kept in the
//! reader: so it stays in a register. A place past the end reads as a zero byte, which no rule
//! accepts.

use super::node::{JsonFault, Kind, MAX_DEPTH, Node};
use super::{escapes, keys, keys::Seen, scan::plain_end};
use alloc::{string::String, vec::Vec};

/// Reads one object and refuses anything after it. The strings with escapes are decoded into
/// `decoded`.
pub(super) fn read(text: &str, decoded: &mut String) -> Result<Vec<Node>, JsonFault> {
    if u32::try_from(text.len()).is_err() {
        // The places would not fit in 32 bits. The size of notifications is limited far below that.
        return Err(JsonFault::Malformed);
    }
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        decoded,
        // The captured notifications have a key or a value in every 10 to 13 bytes.
        nodes: Vec::with_capacity(text.len() / 8),
    };
    let at = reader.blank(0);
    if reader.byte(at) != b'{' {
        return Err(JsonFault::Malformed);
    }
    let at = reader.object(at, 1)?;
    if reader.blank(at) == text.len() {
        Ok(reader.nodes)
    } else {
        Err(JsonFault::Malformed)
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    decoded: &'a mut String,
    nodes: Vec<Node>,
}

// Each method takes the place of the first byte of its item and returns the place after its last
// byte.
impl<'a> Reader<'a> {
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or_default()
    }

    /// Skips whitespace, if there is any.
    #[inline]
    fn blank(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), b' ' | b'\n' | b'\r' | b'\t') {
            at = at.wrapping_add(1);
        }
        at
    }

    #[inline]
    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        // The length of the text fits in 32 bits, so each place does too.
        self.nodes.push(Node {
            kind,
            start: start as u32,
            end: end as u32,
            hash: 0,
        });
    }

    fn value(&mut self, at: usize, depth: usize) -> Result<usize, JsonFault> {
        match self.byte(at) {
            b'"' => self.text(at),
            b'{' => self.object(at, depth),
            b'[' => self.list(at, depth),
            b'-' | b'0'..=b'9' => self.number(at),
            b'n' => self.word(at, b"null", Kind::Null),
            b't' => self.word(at, b"true", Kind::True),
            b'f' => self.word(at, b"false", Kind::False),
            _ => Err(JsonFault::Malformed),
        }
    }

    /// Reads an object at the level `depth`.
    fn object(&mut self, at: usize, depth: usize) -> Result<usize, JsonFault> {
        let (node, within) = self.enter(Kind::Object, depth)?;
        let mut at = self.blank(at.wrapping_add(1));
        if self.byte(at) == b'}' {
            return Ok(self.leave(node, at));
        }
        let mut seen = Seen::new(self.nodes.len());
        loop {
            at = self.key(at, &mut seen)?;
            at = if self.byte(at) == b'"' {
                self.text(at)?
            } else {
                self.value(at, within)?
            };
            at = self.blank(at);
            match self.byte(at) {
                b',' => at = self.blank(at.wrapping_add(1)),
                b'}' => break,
                _ => return Err(JsonFault::Malformed),
            }
        }
        let (text, decoded) = (self.text, self.decoded.as_str());
        seen.finish(&self.nodes, |key| key.text(text, decoded))?;
        Ok(self.leave(node, at))
    }

    /// Reads a key, its colon and the whitespace around the colon.
    #[inline]
    fn key(&mut self, at: usize, seen: &mut Seen) -> Result<usize, JsonFault> {
        if self.byte(at) != b'"' {
            return Err(JsonFault::Malformed);
        }
        let (mut key, at) = self.string(at)?;
        let (text, decoded) = (self.text, self.decoded.as_str());
        let name = key.text(text, decoded);
        key.hash = match key.kind {
            Kind::Text => keys::hash_within(self.bytes, key.start as usize, key.end as usize),
            _ => keys::hash(name.as_bytes()),
        };
        seen.add(name, key.hash, &self.nodes, |other| other.text(text, decoded))?;
        self.nodes.push(key);
        let at = self.blank(at);
        if self.byte(at) != b':' {
            return Err(JsonFault::Malformed);
        }
        Ok(self.blank(at.wrapping_add(1)))
    }

    /// Reads a list at the level `depth`.
    fn list(&mut self, at: usize, depth: usize) -> Result<usize, JsonFault> {
        let (node, within) = self.enter(Kind::List, depth)?;
        let mut at = self.blank(at.wrapping_add(1));
        if self.byte(at) == b']' {
            return Ok(self.leave(node, at));
        }
        loop {
            at = self.value(at, within)?;
            at = self.blank(at);
            match self.byte(at) {
                b',' => at = self.blank(at.wrapping_add(1)),
                b']' => return Ok(self.leave(node, at)),
                _ => return Err(JsonFault::Malformed),
            }
        }
    }

    /// Begins an object or a list. Returns its node and the level of the values inside it.
    fn enter(&mut self, kind: Kind, depth: usize) -> Result<(usize, usize), JsonFault> {
        if depth > MAX_DEPTH {
            return Err(JsonFault::Depth);
        }
        let node = self.nodes.len();
        self.push(kind, 0, 0);
        Ok((node, depth.wrapping_add(1)))
    }

    /// Ends the object or list that begins with `node` and whose last byte is at `at`.
    fn leave(&mut self, node: usize, at: usize) -> usize {
        let end = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(node) {
            // There are fewer nodes than bytes, so the number fits in 32 bits.
            node.end = end as u32;
        }
        at.wrapping_add(1)
    }

    /// Reads a string that is a value.
    #[inline]
    fn text(&mut self, at: usize) -> Result<usize, JsonFault> {
        let (node, after) = self.string(at)?;
        self.nodes.push(node);
        Ok(after)
    }

    #[inline]
    fn string(&mut self, at: usize) -> Result<(Node, usize), JsonFault> {
        let start = at.wrapping_add(1);
        let end = plain_end(self.bytes, start);
        let (kind, start, end, close) = match self.byte(end) {
            b'"' => (Kind::Text, start, end, end),
            b'\\' => {
                let before = self.decoded.len();
                let close = escapes::decode(self.text, start, self.decoded)?;
                (Kind::Decoded, before, self.decoded.len(), close)
            }
            _ => return Err(JsonFault::Malformed),
        };
        let node = Node {
            kind,
            start: start as u32,
            end: end as u32,
            hash: 0,
        };
        Ok((node, close.wrapping_add(1)))
    }

    fn number(&mut self, start: usize) -> Result<usize, JsonFault> {
        let mut at = start.wrapping_add(usize::from(self.byte(start) == b'-'));
        at = match self.byte(at) {
            b'0' => at.wrapping_add(1),
            _ => self.digits(at)?,
        };
        if self.byte(at) == b'.' {
            at = self.digits(at.wrapping_add(1))?;
        }
        if matches!(self.byte(at), b'e' | b'E') {
            at = at.wrapping_add(1);
            at = self.digits(at.wrapping_add(usize::from(matches!(self.byte(at), b'+' | b'-'))))?;
        }
        self.push(Kind::Number, start, at);
        Ok(at)
    }

    /// Reads one digit or more.
    #[inline]
    fn digits(&self, start: usize) -> Result<usize, JsonFault> {
        let mut at = start;
        while self.byte(at).is_ascii_digit() {
            at = at.wrapping_add(1);
        }
        if at == start { Err(JsonFault::Malformed) } else { Ok(at) }
    }

    #[inline]
    fn word(&mut self, at: usize, word: &[u8], kind: Kind) -> Result<usize, JsonFault> {
        let end = at.wrapping_add(word.len());
        if self.bytes.get(at..end) != Some(word) {
            return Err(JsonFault::Malformed);
        }
        self.push(kind, 0, 0);
        Ok(end)
    }
}
