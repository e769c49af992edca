//! Percent-encodes what senders leave raw in a request's target, and what no HTTP parser takes
//! there: spaces, quotes, `<`, `>`, control characters, and bytes beyond ASCII. Without this a sale
//! or a visit is a bare 400 before anybody has seen it.
//!
//! The stream is followed from request to request, so a body is never touched. Where the next
//! request begins must be known for sure. So after a head whose length of body is not plain
//! (`Transfer-Encoding`, two lengths, an unusual method) the rest of the connection passes as it
//! came.

/// The methods of which it is known how long their requests are.
const METHODS: [&[u8]; 6] = [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS"];

/// What ends a target, but for the digit and the line's end behind it.
const VERSION: &[u8] = b" HTTP/1.";

/// How much of a line of a head is looked at. A length of a body that is written longer is none.
const LINE: usize = 48;

/// The requests of one connection, as their bytes come.
#[derive(Debug)]
pub(crate) struct Targets {
    at: At,
    /// The beginning of the present line, except in a target. There it is what may be its end.
    line: Vec<u8>,
    /// The length of the body of the present head.
    length: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Method,
    Target,
    Head,
    /// So many bytes of the body are to come.
    Body(u64),
    /// It is not known where the next request begins.
    Unknown,
}

impl Targets {
    pub(crate) fn new() -> Self {
        Self {
            at: At::Method,
            line: Vec::with_capacity(LINE),
            length: None,
        }
    }

    /// Follows bytes that came. Returns what is to be read in their place, if that is not the same.
    pub(crate) fn follow(&mut self, came: &[u8]) -> Option<Vec<u8>> {
        if self.passes(came.len()) {
            return None;
        }
        let mut out = Vec::with_capacity(came.len().saturating_add(LINE));
        for byte in came {
            self.byte(*byte, &mut out);
        }
        (out != came).then_some(out)
    }

    /// Whether all of so many bytes are of a body, or not looked at.
    fn passes(&mut self, length: usize) -> bool {
        match self.at {
            At::Unknown => true,
            At::Body(left) => match u64::try_from(length).ok().and_then(|length| left.checked_sub(length)) {
                Some(left) if left > 0 => {
                    self.at = At::Body(left);
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<u8>) {
        match self.at {
            At::Target => self.target(byte, out),
            at => {
                out.push(byte);
                match at {
                    At::Method => self.method(byte),
                    At::Head => self.head(byte),
                    At::Body(left) => self.at = body(left.saturating_sub(1)),
                    At::Target | At::Unknown => {}
                }
            }
        }
    }

    fn method(&mut self, byte: u8) {
        match byte {
            // Empty lines before a request are no part of it.
            b'\r' | b'\n' if self.line.is_empty() => {}
            b' ' if METHODS.contains(&self.line.as_slice()) => self.next(At::Target),
            b'A'..=b'Z' if self.line.len() < LINE => self.line.push(byte),
            _ => self.next(At::Unknown),
        }
    }

    fn target(&mut self, byte: u8, out: &mut Vec<u8>) {
        self.line.push(byte);
        if !may_end(&self.line) {
            // The first byte is one of the target, and what stood behind it is looked at anew.
            let held = std::mem::take(&mut self.line);
            let Some((first, rest)) = held.split_first() else {
                return;
            };
            encode(*first, out);
            if *first == b'\n' {
                self.next(At::Unknown);
            }
            for byte in rest {
                self.byte(*byte, out);
            }
        } else if byte == b'\n' {
            out.append(&mut self.line);
            self.next(At::Head);
        }
    }

    fn head(&mut self, byte: u8) {
        if byte != b'\n' {
            if self.line.len() < LINE {
                self.line.push(byte);
            }
            return;
        }
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        if line.is_empty() {
            let body = body(self.length.take().unwrap_or_default());
            return self.next(body);
        }
        match told_length(line, self.line.len() < LINE) {
            Told::Nothing => self.line.clear(),
            Told::Length(length) if self.length.is_none() => {
                self.length = Some(length);
                self.line.clear();
            }
            Told::Length(_) | Told::Unclear => self.next(At::Unknown),
        }
    }

    fn next(&mut self, at: At) {
        self.at = at;
        self.line.clear();
    }
}

/// Whether this is the end of a request's first line, or may become it: ` HTTP/1.1` and the line's
/// end.
fn may_end(held: &[u8]) -> bool {
    match held.split_at_checked(VERSION.len()) {
        None => VERSION.starts_with(held),
        Some((version, rest)) => {
            version == VERSION && matches!(rest, [] | [b'0' | b'1'] | [_, b'\r' | b'\n'] | [_, b'\r', b'\n'])
        }
    }
}

/// Writes a byte of a target, as an escape where it cannot stand there.
fn encode(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'\r' | b'\n' => out.push(byte),
        0..=b' ' | b'"' | b'<' | b'>' | 0x7f.. => {
            let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).map_or(b'0', |digit| digit as u8);
            out.extend([b'%', digit(byte >> 4), digit(byte & 0xf)]);
        }
        _ => out.push(byte),
    }
}

fn body(left: u64) -> At {
    if left == 0 { At::Method } else { At::Body(left) }
}

/// What a line of a head says of the length of the body.
enum Told {
    Nothing,
    Length(u64),
    Unclear,
}

fn told_length(line: &[u8], is_whole: bool) -> Told {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        // A name that is longer than what is looked at is none of the two.
        return if is_whole { Told::Unclear } else { Told::Nothing };
    };
    let (name, value) = line.split_at_checked(colon).unwrap_or_default();
    let name = name.trim_ascii();
    if name.eq_ignore_ascii_case(b"transfer-encoding") {
        return Told::Unclear;
    }
    if !name.eq_ignore_ascii_case(b"content-length") {
        return Told::Nothing;
    }
    let digits = value.get(1..).unwrap_or_default().trim_ascii();
    let is_number = is_whole && digits.iter().all(u8::is_ascii_digit);
    let number = std::str::from_utf8(digits).ok().filter(|_| is_number);
    number
        .and_then(|number| number.parse().ok())
        .map_or(Told::Unclear, Told::Length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read in the place of these bytes, however they are cut into pieces.
    fn read(came: &[u8]) -> Vec<u8> {
        let in_pieces = |size: usize| -> Vec<u8> {
            let mut targets = Targets::new();
            let pieces = came.chunks(size);
            pieces
                .flat_map(|piece| targets.follow(piece).unwrap_or_else(|| piece.to_vec()))
                .collect()
        };
        let whole = in_pieces(came.len());
        for size in 1..came.len() {
            assert_eq!(in_pieces(size), whole, "in pieces of {size}");
        }
        whole
    }

    fn target(raw: &[u8]) -> String {
        let request = [b"GET ", raw, b" HTTP/1.1\r\nhost: a b\r\n\r\n"].concat();
        let read = String::from_utf8(read(&request)).unwrap();
        let target = read.strip_prefix("GET ").unwrap();
        target
            .strip_suffix(" HTTP/1.1\r\nhost: a b\r\n\r\n")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn what_cannot_stand_in_a_target_is_an_escape_and_the_rest_stays() {
        assert_eq!(target(b"/summer?ref_id=R1&a=%20+b"), "/summer?ref_id=R1&a=%20+b");
        assert_eq!(target(b"/s?a={x}|^`[y]\\#z"), "/s?a={x}|^`[y]\\#z");
        assert_eq!(target(b"/s?a=big sale"), "/s?a=big%20sale");
        assert_eq!(target(b"/s?a=\"<b>\"\t\x7f\0"), "/s?a=%22%3cb%3e%22%09%7f%00");
        assert_eq!(target("/s?a=é".as_bytes()), "/s?a=%c3%a9");
        assert_eq!(target(b"/s?a=M\xfcnchen"), "/s?a=M%fcnchen");
        assert_eq!(target(b"/s?a=b "), "/s?a=b%20");
        assert_eq!(target(b"/s?a= HTTP/1.1 HTTP/1.0"), "/s?a=%20HTTP/1.1%20HTTP/1.0");
        assert_eq!(target(b"/s?a= HTTP HTTP/"), "/s?a=%20HTTP%20HTTP/");
    }

    #[test]
    fn bodies_and_heads_pass_as_they_came_and_each_next_request_is_followed() {
        let post = b"POST /a b HTTP/1.1\r\nx: < >\r\nContent-Length: 23\r\n\r\nGET /c d HTTP/1.1\r\n\r\n\xff\"";
        let get = b"\r\nGET /e f HTTP/1.0\nhost: x\n\n";
        let expected = [
            &b"POST /a%20b HTTP/1.1\r\nx: < >\r\nContent-Length: 23\r\n\r\nGET /c d HTTP/1.1\r\n\r\n\xff\""[..],
            b"\r\nGET /e%20f HTTP/1.0\nhost: x\n\n",
            b"\r\nGET /e%20f HTTP/1.0\nhost: x\n\n",
        ];
        assert_eq!(read(&[&post[..], get, get].concat()), expected.concat());
    }

    #[test]
    fn where_the_next_request_begins_for_sure_is_not_known_nothing_more_is_changed() {
        for (method, head) in [
            ("POST", "Transfer-Encoding: chunked"),
            ("POST", "transfer-encoding : x"),
            ("POST", "content-length: 1\r\ncontent-length: 1"),
            ("POST", "content-length: 1, 1"),
            ("POST", "content-length: -1"),
            ("POST", "content-length: 99999999999999999999999"),
            (
                "POST",
                "content-length: 0000000000000000000000000000000000000000000000001",
            ),
            ("POST", "no colon"),
            ("CONNECT", "host: x"),
            ("get", "host: x"),
        ] {
            let rest = format!("{head}\r\n\r\nGET /c d HTTP/1.1\r\n\r\n");
            let came = format!("{method} / HTTP/1.1\r\n{rest}");
            assert_eq!(read(came.as_bytes()), came.as_bytes(), "{head}");
        }
        let no_request = b"\x16\x03\x01 \"<>\r\n\r\nGET /a b HTTP/1.1\r\n\r\n";
        assert_eq!(read(no_request), no_request);
        let no_version = b"GET /a\r\nGET /a b HTTP/1.1\r\n\r\n";
        assert_eq!(read(no_version), no_version);
    }
}
