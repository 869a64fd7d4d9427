//! The record of requests, for assertions.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, header};

/// Which of the sandbox's ports was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The registry itself.
    Registry,
    /// The token endpoint.
    Token,
    /// The storage host that blobs are redirected to.
    Storage,
}

/// The kind of credentials that a request carried, never the credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `Authorization: Basic …`.
    Basic,
    /// `Authorization: Bearer …`.
    Bearer,
    /// Anything else.
    Other,
}

/// One request, as far as it has got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The port that was asked.
    pub origin: Origin,
    /// The method, in capitals.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The `Range` header of a GET.
    pub range: Option<String>,
    /// The kind of the `Authorization` header.
    pub authorization: Option<Scheme>,
    /// The status of the answer; `None` while there is none, or if the connection was reset.
    pub status: Option<u16>,
    /// How many bytes of the body were read.
    pub bytes_in: u64,
    /// How many bytes of the answer's body were handed to the connection.
    pub bytes_out: u64,
}

impl Request {
    /// Tells whether method and path fit: an empty `method` is any, `path` is part of the path.
    pub fn is(&self, method: &str, path: &str) -> bool {
        (method.is_empty() || self.method == method) && self.path.contains(path)
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        match self.status {
            Some(status) => write!(f, " {status}"),
            None => write!(f, " -"),
        }
    }
}

/// The record of requests. Copies of it share their entries.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    entries: Mutex<Vec<Arc<Entry>>>,
    connections: AtomicUsize,
    in_flight: AtomicUsize,
    peak: AtomicUsize,
}

#[derive(Debug)]
struct Entry {
    request: Request,
    status: Mutex<Option<u16>>,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

impl Log {
    /// Returns all requests, in the order in which they arrived.
    pub fn requests(&self) -> Vec<Request> {
        self.entries()
            .iter()
            .map(|entry| entry.snapshot())
            .collect()
    }

    /// Counts the requests that fit [`Request::is`].
    pub fn count(&self, method: &str, path: &str) -> usize {
        self.count_where(|request| request.is(method, path))
    }

    /// Counts the requests that `fits` holds for.
    pub fn count_where(&self, fits: impl Fn(&Request) -> bool) -> usize {
        self.requests()
            .iter()
            .filter(|request| fits(request))
            .count()
    }

    /// Counts the requests that can change what the registry holds.
    pub fn writes(&self) -> usize {
        self.count_where(|request| {
            request.origin == Origin::Registry && !matches!(&*request.method, "GET" | "HEAD")
        })
    }

    /// Counts the tokens that were asked for.
    pub fn tokens(&self) -> usize {
        self.count_where(|request| request.origin == Origin::Token)
    }

    /// Counts the requests that carried credentials to the storage host, where none belong.
    pub fn leaks(&self) -> usize {
        self.count_where(|request| {
            request.origin == Origin::Storage && request.authorization.is_some()
        })
    }

    /// Adds up the bytes that arrived in bodies.
    pub fn bytes_in(&self) -> u64 {
        self.requests().iter().map(|request| request.bytes_in).sum()
    }

    /// Adds up the bytes that left in bodies.
    pub fn bytes_out(&self) -> u64 {
        self.requests()
            .iter()
            .map(|request| request.bytes_out)
            .sum()
    }

    /// Returns one line for each request: method, path, status.
    pub fn lines(&self) -> Vec<String> {
        self.requests().iter().map(ToString::to_string).collect()
    }

    /// Returns how many connections were opened.
    pub fn connections(&self) -> usize {
        self.0.connections.load(Ordering::SeqCst)
    }

    /// Returns how many requests were under way at once, at most.
    pub fn peak(&self) -> usize {
        self.0.peak.load(Ordering::SeqCst)
    }

    /// Forgets every request so far, and the counts of connections and of the peak.
    pub fn clear(&self) {
        self.entries().clear();
        self.0.connections.store(0, Ordering::SeqCst);
        self.0
            .peak
            .store(self.0.in_flight.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    pub(super) fn connected(&self) {
        self.0.connections.fetch_add(1, Ordering::SeqCst);
    }

    /// Writes down a request that has just arrived.
    pub(super) fn begin(
        &self,
        origin: Origin,
        method: &str,
        path: &str,
        headers: &HeaderMap,
    ) -> Recording {
        let text = |name| {
            headers
                .get(name)
                .map(|value| String::from_utf8_lossy(value.as_bytes()))
        };
        let authorization =
            text(header::AUTHORIZATION).map(|value| match value.split(' ').next() {
                Some(scheme) if scheme.eq_ignore_ascii_case("basic") => Scheme::Basic,
                Some(scheme) if scheme.eq_ignore_ascii_case("bearer") => Scheme::Bearer,
                _ => Scheme::Other,
            });
        let request = Request {
            origin,
            method: method.to_owned(),
            path: path.to_owned(),
            range: text(header::RANGE).map(std::borrow::Cow::into_owned),
            authorization,
            status: None,
            bytes_in: 0,
            bytes_out: 0,
        };
        let entry = Arc::new(Entry {
            request,
            status: Mutex::default(),
            bytes_in: AtomicU64::default(),
            bytes_out: AtomicU64::default(),
        });
        self.entries().push(entry.clone());
        let now = self.0.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.peak.fetch_max(now, Ordering::SeqCst);
        Recording(Arc::new(InFlight {
            entry,
            shared: self.0.clone(),
        }))
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Arc<Entry>>> {
        self.0
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn snapshot(&self) -> Request {
        Request {
            status: *self.status.lock().unwrap_or_else(PoisonError::into_inner),
            bytes_in: self.bytes_in.load(Ordering::SeqCst),
            bytes_out: self.bytes_out.load(Ordering::SeqCst),
            ..self.request.clone()
        }
    }
}

/// The entry of a request that is under way; the request ends when the last copy is dropped.
#[derive(Clone)]
pub(super) struct Recording(Arc<InFlight>);

struct InFlight {
    entry: Arc<Entry>,
    shared: Arc<Shared>,
}

impl Recording {
    pub(super) fn answered(&self, status: u16) {
        *self
            .0
            .entry
            .status
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(status);
    }

    pub(super) fn read(&self, bytes: usize) {
        self.0
            .entry
            .bytes_in
            .fetch_add(bytes as u64, Ordering::SeqCst);
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.0
            .entry
            .bytes_out
            .fetch_add(bytes as u64, Ordering::SeqCst);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.shared.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}
