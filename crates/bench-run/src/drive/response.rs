use std::borrow::Cow;
use std::mem::MaybeUninit;
use std::ops::Range;

use httparse::{EMPTY_HEADER, Header, ParserConfig, Status};

const MOST_HEADERS: usize = 64;
const LARGEST_HEAD_BYTES: usize = 64 << 10;
const LARGEST_BODY_BYTES: usize = 64 << 20;

/// One HTTP/1 response as it arrives, in as many pieces as it likes.
///
/// A response that comes in one piece, as almost all do, is parsed where it was read and never copied.
#[derive(Debug, Default)]
pub struct Response {
    arrived: Vec<u8>,
    head: Option<Head>,
    /// Whether what is answered asked for no body: a length is then what the body would have had.
    bodiless: bool,
}

/// What is known of a response after more of it came.
#[derive(Debug, PartialEq)]
pub enum Step<'a> {
    /// More must come.
    Incomplete,
    /// All of it is here.
    Complete(Message<'a>),
    /// Not HTTP, too large, or more than one response to one request.
    Broken,
}

/// What the end of the connection makes of a response.
#[derive(Debug, PartialEq)]
pub enum Ending<'a> {
    /// The end was what completed it.
    Complete(Message<'a>),
    /// Nothing had come.
    Unanswered,
    /// Some had come, more was promised.
    Truncated,
}

/// A whole response.
#[derive(Debug, PartialEq)]
pub struct Message<'a> {
    /// The status code.
    pub status: u16,
    /// The body, without the framing of chunks.
    pub body: Cow<'a, [u8]>,
    /// Whether the connection may carry another request.
    pub keep_alive: bool,
    /// Whether the body is compressed.
    pub gzip: bool,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    status: u16,
    gzip: bool,
    body_start: usize,
    framing: Framing,
    keep_alive: bool,
}

#[derive(Clone, Copy, Debug)]
enum Framing {
    Length(usize),
    /// `next` is where the size of the next chunk stands, so that a slow response is not walked from the start each time.
    Chunked {
        next: usize,
    },
    UntilClose,
}

#[derive(Debug)]
struct Malformed;

impl Response {
    /// Forgets everything, for the next response on the connection. `has_body` is false for one to HEAD.
    pub fn clear(&mut self, has_body: bool) {
        self.arrived.clear();
        self.head = None;
        self.bodiless = !has_body;
    }

    /// Takes the next piece.
    pub fn feed<'a>(&'a mut self, piece: &'a [u8]) -> Step<'a> {
        let in_one_piece = self.arrived.is_empty();
        if !in_one_piece {
            self.arrived.extend_from_slice(piece);
        }
        let bytes = if in_one_piece { piece } else { &self.arrived };
        match advance(&mut self.head, bytes, self.bodiless) {
            Err(Malformed) => Step::Broken,
            Ok(None) => {
                if in_one_piece {
                    self.arrived.extend_from_slice(piece);
                }
                Step::Incomplete
            }
            Ok(Some((head, body))) => {
                let bytes = if in_one_piece { piece } else { &self.arrived };
                Step::Complete(head.message(bytes, body))
            }
        }
    }

    /// Takes the end of the connection.
    pub fn end(&mut self) -> Ending<'_> {
        match self.head {
            Some(head) if matches!(head.framing, Framing::UntilClose) => {
                Ending::Complete(head.message(&self.arrived, head.body_start..self.arrived.len()))
            }
            _ if self.arrived.is_empty() => Ending::Unanswered,
            _ => Ending::Truncated,
        }
    }
}

impl Head {
    fn message(self, bytes: &[u8], body: Range<usize>) -> Message<'_> {
        let body = match self.framing {
            Framing::Chunked { .. } => Cow::Owned(joined_chunks(&bytes[body])),
            Framing::Length(_) | Framing::UntilClose => Cow::Borrowed(&bytes[body]),
        };
        Message {
            status: self.status,
            body,
            keep_alive: self.keep_alive,
            gzip: self.gzip,
        }
    }
}

/// The head and where the body lies in `bytes`, once all of it is there. What was learnt of an incomplete
/// response is kept in `head`.
fn advance(
    head: &mut Option<Head>,
    bytes: &[u8],
    bodiless: bool,
) -> Result<Option<(Head, Range<usize>)>, Malformed> {
    if head.is_none() {
        *head = parse_head(bytes, bodiless)?;
    }
    let Some(head) = head else { return Ok(None) };
    if bytes.len() > head.body_start + LARGEST_BODY_BYTES {
        return Err(Malformed);
    }
    let end = match &mut head.framing {
        Framing::UntilClose => None,
        Framing::Length(length) => {
            Some(head.body_start + *length).filter(|end| bytes.len() >= *end)
        }
        Framing::Chunked { next } => walk_chunks(bytes, next)?,
    };
    match end {
        Some(end) if bytes.len() > end => Err(Malformed),
        Some(end) => Ok(Some((*head, head.body_start..end))),
        None => Ok(None),
    }
}

fn parse_head(bytes: &[u8], bodiless: bool) -> Result<Option<Head>, Malformed> {
    let mut start = 0;
    loop {
        let mut headers = [const { MaybeUninit::uninit() }; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut []);
        let mut parser = ParserConfig::default();
        // A client has to read a header that is folded over several lines, obsolete as it is (RFC 9112, 5.2).
        parser.allow_obsolete_multiline_headers_in_responses(true);
        let parsed = parser
            .parse_response_with_uninit_headers(&mut response, &bytes[start..], &mut headers)
            .map_err(|_| Malformed)?;
        let Status::Complete(length) = parsed else {
            return incomplete(bytes);
        };
        let status = response.code.ok_or(Malformed)?;
        start += length;
        // An interim response says that the real one is still to come.
        if !(100..200).contains(&status) {
            let http_1_1 = response.version == Some(1);
            let bodiless = bodiless || matches!(status, 204 | 304);
            return head_of(status, http_1_1, bodiless, response.headers, start).map(Some);
        }
    }
}

/// More must come of lines that began with `bytes`, unless that is too much already: each piece has them read
/// anew from there.
fn incomplete<T>(bytes: &[u8]) -> Result<Option<T>, Malformed> {
    if bytes.len() > LARGEST_HEAD_BYTES {
        Err(Malformed)
    } else {
        Ok(None)
    }
}

fn head_of(
    status: u16,
    http_1_1: bool,
    bodiless: bool,
    headers: &[Header<'_>],
    body_start: usize,
) -> Result<Head, Malformed> {
    let mut length = None;
    let mut chunked = false;
    let mut keep_alive = http_1_1;
    let mut gzip = false;
    for Header { name, value } in headers {
        if name.eq_ignore_ascii_case("content-length") {
            let stated = parse_length(value).ok_or(Malformed)?;
            if length.is_some_and(|length| length != stated) {
                return Err(Malformed);
            }
            length = Some(stated);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            if !value.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                return Err(Malformed);
            }
            chunked = true;
        } else if name.eq_ignore_ascii_case("content-encoding") {
            let coding = value.trim_ascii();
            // RFC 9110, 8.4.1.3: both names mean the same.
            gzip = coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip");
        } else if name.eq_ignore_ascii_case("connection") {
            let says = |option: &[u8]| {
                value
                    .split(|byte| *byte == b',')
                    .any(|word| word.trim_ascii().eq_ignore_ascii_case(option))
            };
            keep_alive = (keep_alive || says(b"keep-alive")) && !says(b"close");
        }
    }
    let framing = match length {
        _ if bodiless => Framing::Length(0),
        _ if chunked => Framing::Chunked { next: body_start },
        Some(length) => Framing::Length(length),
        None => Framing::UntilClose,
    };
    let keep_alive = keep_alive && !matches!(framing, Framing::UntilClose);
    Ok(Head {
        status,
        gzip,
        body_start,
        framing,
        keep_alive,
    })
}

fn parse_length(value: &[u8]) -> Option<usize> {
    let digits = value.trim_ascii();
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let length = std::str::from_utf8(digits)
        .ok()
        .filter(|_| plain)?
        .parse()
        .ok()?;
    (length <= LARGEST_BODY_BYTES).then_some(length)
}

/// Walks on from `next` to the end of the last chunk's trailer, as far as `bytes` go.
fn walk_chunks(bytes: &[u8], next: &mut usize) -> Result<Option<usize>, Malformed> {
    loop {
        let rest = &bytes[*next..];
        // The parser takes an empty line for a size of 0, and so for the end.
        if rest.first().is_some_and(|byte| !byte.is_ascii_hexdigit()) {
            return Err(Malformed);
        }
        let Status::Complete((line, size)) =
            httparse::parse_chunk_size(rest).map_err(|_| Malformed)?
        else {
            return incomplete(rest);
        };
        let data = *next + line;
        let size = usize::try_from(size)
            .ok()
            .filter(|size| *size <= LARGEST_BODY_BYTES)
            .ok_or(Malformed)?;
        if size == 0 {
            let mut trailers = [EMPTY_HEADER; MOST_HEADERS];
            let trailer =
                httparse::parse_headers(&bytes[data..], &mut trailers).map_err(|_| Malformed)?;
            return match trailer {
                Status::Complete((length, _)) => Ok(Some(data + length)),
                Status::Partial => incomplete(&bytes[data..]),
            };
        }
        let end = data + size;
        match bytes.get(end..end + 2) {
            None => return Ok(None),
            Some(b"\r\n") => *next = end + 2,
            Some(_) => return Err(Malformed),
        }
    }
}

/// The data of chunks that [`walk_chunks`] found to be whole.
fn joined_chunks(mut chunks: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(chunks.len());
    while let Ok(Status::Complete((line, size))) = httparse::parse_chunk_size(chunks) {
        let Some(data) = usize::try_from(size)
            .ok()
            .filter(|size| *size > 0)
            .and_then(|size| chunks.get(line..line + size))
        else {
            break;
        };
        joined.extend_from_slice(data);
        chunks = chunks.get(line + data.len() + 2..).unwrap_or_default();
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What becomes of `text` in pieces of at most `piece_bytes`: status, body, keep_alive; an error in words.
    fn read(text: &[u8], piece_bytes: usize) -> Result<(u16, Vec<u8>, bool), &'static str> {
        let mut response = Response::default();
        let owned = |message: Message<'_>| {
            (
                message.status,
                message.body.into_owned(),
                message.keep_alive,
            )
        };
        let mut complete = None;
        for piece in text.chunks(piece_bytes.max(1)) {
            if complete.is_some() {
                return Err("more after the end");
            }
            match response.feed(piece) {
                Step::Incomplete => {}
                Step::Complete(message) => complete = Some(owned(message)),
                Step::Broken => return Err("broken"),
            }
        }
        match (complete, response.end()) {
            (Some(message), _) => Ok(message),
            (None, Ending::Complete(message)) => Ok(owned(message)),
            (None, Ending::Unanswered) => Err("unanswered"),
            (None, Ending::Truncated) => Err("truncated"),
        }
    }

    const PLAIN: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    const CHUNKED: &[u8] =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\nTrailer: x\r\n\r\n";
    const UNTIL_CLOSE: &[u8] = b"HTTP/1.0 200 OK\r\n\r\nhello";

    proptest! {
        #[test]
        fn a_response_is_the_same_in_whatever_pieces_it_comes(piece_bytes in 1_usize..80) {
            let hello = |keep_alive| Ok((200, b"hello".to_vec(), keep_alive));
            prop_assert_eq!(read(PLAIN, piece_bytes), hello(true));
            prop_assert_eq!(read(CHUNKED, piece_bytes), hello(true));
            prop_assert_eq!(read(UNTIL_CLOSE, piece_bytes), hello(false));
        }

        #[test]
        fn no_bytes_whatever_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), piece_bytes in 1_usize..50) {
            let _ = read(&bytes, piece_bytes);
            let _ = read(&[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", bytes.as_slice()].concat(), piece_bytes);
        }

        #[test]
        fn a_response_that_stops_early_is_never_complete(length in 1_usize..70, piece_bytes in 1_usize..80) {
            for whole in [PLAIN, CHUNKED] {
                let part = &whole[..length.min(whole.len() - 1)];
                prop_assert_eq!(read(part, piece_bytes), Err("truncated"));
            }
        }
    }

    #[test]
    fn nothing_at_all_is_unanswered() {
        assert_eq!(read(b"", 1), Err("unanswered"));
    }

    #[test]
    fn more_than_one_response_to_one_request_is_broken() {
        assert_eq!(read(&[PLAIN, b"x"].concat(), 1000), Err("broken"));
        assert_eq!(read(&[CHUNKED, PLAIN].concat(), 1000), Err("broken"));
    }

    #[test]
    fn interim_responses_are_skipped() {
        let text = [b"HTTP/1.1 100 Continue\r\n\r\n".as_slice(), PLAIN].concat();
        assert_eq!(read(&text, 7), Ok((200, b"hello".to_vec(), true)));
    }

    #[test]
    fn interim_responses_without_end_are_broken() {
        let endless = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(5000);
        assert_eq!(read(&endless, 10_000), Err("broken"));
    }

    #[test]
    fn framing_that_cannot_be_trusted_is_broken() {
        for head in [
            "Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: -1",
            "Content-Length: +5",
            "Content-Length: 99999999999999999999",
            "Transfer-Encoding: gzip",
        ] {
            assert_eq!(
                read(
                    format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\nhello").as_bytes(),
                    1000
                ),
                Err("broken"),
                "{head}"
            );
        }
        for chunks in ["3\r\nhelXX", "3\r\nhel\r\n\r\n\r\n", ";a\r\n\r\n"] {
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            let text = format!("{head}{chunks}");
            assert_eq!(read(text.as_bytes(), 1000), Err("broken"), "{chunks}");
        }
    }

    #[test]
    fn a_header_folded_over_two_lines_is_one() {
        let text =
            b"HTTP/1.1 200 OK\r\nX: one\r\n two\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n";
        assert_eq!(read(text, 7), Ok((200, Vec::new(), true)));
    }

    #[test]
    fn a_status_without_a_body_has_none() {
        assert_eq!(
            read(b"HTTP/1.1 204 No Content\r\n\r\n", 1000),
            Ok((204, Vec::new(), true))
        );
    }

    #[test]
    fn a_response_to_head_ends_with_its_head_whatever_it_says() {
        for head in ["Content-Length: 5", "Transfer-Encoding: chunked", "X: y"] {
            let text = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n");
            let mut response = Response::default();
            response.clear(false);
            assert!(
                matches!(response.feed(text.as_bytes()), Step::Complete(message)
                    if message.body.is_empty() && message.keep_alive),
                "{head}"
            );
            response.clear(false);
            let with_body = text + "hello";
            assert_eq!(response.feed(with_body.as_bytes()), Step::Broken, "{head}");
            response.clear(true);
            assert!(
                matches!(response.feed(PLAIN), Step::Complete(message) if *message.body == *b"hello")
            );
        }
    }

    #[test]
    fn a_compressed_body_is_marked_and_left_as_it_is() {
        for (header, gzip) in [
            ("Content-Encoding: gzip", true),
            ("content-encoding: X-GZip ", true),
            ("Content-Encoding: br", false),
            ("X-Encoding: gzip", false),
        ] {
            let text = format!("HTTP/1.1 200 OK\r\n{header}\r\nContent-Length: 5\r\n\r\nhello");
            let mut response = Response::default();
            assert!(
                matches!(response.feed(text.as_bytes()), Step::Complete(message)
                    if message.gzip == gzip && *message.body == *b"hello"),
                "{header}"
            );
        }
    }

    #[test]
    fn connection_close_is_heeded() {
        let text = b"HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(read(text, 1000), Ok((200, Vec::new(), false)));
    }

    #[test]
    fn a_line_without_end_is_broken() {
        let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0";
        for start in [
            "HTTP/1.1 200 OK\r\nX: ".to_owned(),
            format!("{chunks};"),
            format!("{chunks}\r\nX: "),
        ] {
            let endless = start.clone() + &"a".repeat(LARGEST_HEAD_BYTES + 10);
            assert_eq!(read(endless.as_bytes(), 1 << 20), Err("broken"), "{start}");
        }
    }
}
