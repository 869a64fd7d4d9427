//! HTTP/1.1 by hand: a proxy that breaks messages has to hold their bytes.

use std::fmt::{Display, Write as _};
use std::io;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The first line of a message and its headers.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) line: String,
    headers: Vec<(String, String)>,
}

impl Head {
    pub(super) fn new(line: String) -> Self {
        let headers = vec![];
        Self { line, headers }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split("\r\n");
        let line = lines.next()?.to_owned();
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        };
        let headers = lines.take_while(|line| !line.is_empty()).map(header);
        let headers = headers.collect::<Option<_>>()?;
        Some(Self { line, headers })
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    pub(super) fn set(&mut self, name: &str, value: impl Display) {
        self.remove(name);
        self.headers.push((name.to_owned(), format!("{value}")));
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.headers
            .retain(|(found, _)| !found.eq_ignore_ascii_case(name));
    }

    /// Returns how long the body is that follows: nothing here sends one in chunks.
    pub(super) fn length(&self) -> usize {
        assert!(self.header("transfer-encoding").is_none(), "{self:?}");
        let length = self.header("content-length");
        length.map_or(0, |length| length.parse().unwrap())
    }

    fn bytes(&self) -> Bytes {
        let mut text = format!("{}\r\n", self.line);
        for (name, value) in &self.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("\r\n");
        text.into()
    }
}

/// A request whose body may not have been read yet.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: String,
    /// With the query.
    pub(super) path: String,
    pub(super) head: Head,
}

impl Request {
    fn new(head: Head) -> Option<Self> {
        let mut parts = head.line.split(' ');
        let (method, path) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        Some(Self { method, path, head })
    }
}

/// A whole answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) head: Head,
    pub(super) body: Bytes,
}

impl Answer {
    /// Makes an answer up.
    pub(super) fn new(status: u16, body: &'static str) -> Self {
        let mut head = Head::new(format!("HTTP/1.1 {status} Made-Up"));
        head.set("Content-Length", body.len());
        let body = Bytes::from_static(body.as_bytes());
        Self { head, body }
    }

    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.head.set(name, value);
        self
    }

    /// Returns the bytes that go over the wire.
    pub(super) fn bytes(&self) -> Bytes {
        [self.head.bytes(), self.body.clone()].concat().into()
    }
}

/// The side that asks.
pub(super) struct Peer {
    stream: TcpStream,
    read: BytesMut,
}

impl Peer {
    pub(super) fn new(stream: TcpStream) -> Self {
        let _ = stream.set_nodelay(true);
        let read = BytesMut::new();
        Self { stream, read }
    }

    /// Reads the next request without its body; none at the end.
    pub(super) async fn request(&mut self) -> io::Result<Option<Request>> {
        loop {
            if let Some(end) = find_end(&self.read) {
                let text = String::from_utf8(self.read[..end].to_vec());
                self.read.advance(end);
                let head = text.ok().and_then(|text| Head::parse(&text));
                return Ok(head.and_then(Request::new));
            }
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Reads the first `length` bytes of the body that come next.
    pub(super) async fn body(&mut self, length: usize) -> io::Result<Bytes> {
        while self.read.len() < length {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.read.split_to(length).freeze())
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Says that nothing more comes, and waits until the other side has done the same.
    pub(super) async fn close(mut self) {
        let _ = self.stream.shutdown().await;
        self.hang().await;
    }

    /// Reads without a word until the other side goes.
    pub(super) async fn hang(mut self) {
        loop {
            self.read.clear();
            let read = self.stream.read_buf(&mut self.read).await;
            if read.is_err() || read.is_ok_and(|length| length == 0) {
                return;
            }
        }
    }

    /// Breaks the connection as a host does that has forgotten it.
    pub(super) fn reset(self) {
        let _ = self.stream.set_zero_linger();
    }
}

/// Asks a server, over a connection of its own.
///
/// In HTTP/1.0, in which no answer comes in chunks and the end of the connection is the end of its body.
pub(super) async fn ask(server: &str, request: &Request, body: &[u8]) -> io::Result<Answer> {
    let mut head = request.head.clone();
    head.line = format!("{} {} HTTP/1.0", request.method, request.path);
    head.set("Connection", "close");
    if head.header("content-length").is_some() {
        head.set("Content-Length", body.len());
    }
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    stream.write_all(&head.bytes()).await?;
    // A server may answer before it has read everything.
    let _ = stream.write_all(body).await;
    let mut read = vec![];
    stream.read_to_end(&mut read).await?;
    let end = find_end(&read).ok_or(io::ErrorKind::UnexpectedEof)?;
    let text = String::from_utf8_lossy(&read[..end]).into_owned();
    let mut head = Head::parse(&text).ok_or(io::ErrorKind::InvalidData)?;
    let body = Bytes::from(read.split_off(end));
    head.line = head.line.replacen("HTTP/1.0", "HTTP/1.1", 1);
    head.remove("connection");
    if request.method != "HEAD" {
        head.set("Content-Length", body.len());
    }
    Ok(Answer { head, body })
}

/// Returns where a head ends, if it is all there.
fn find_end(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(end + 4)
}
