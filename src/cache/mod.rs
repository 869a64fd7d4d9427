//! The cache of resolutions: which digest a target must have for a source's digest, and what is told of an image, kept in
//! a file of the user's, so that a second plan needs no manifest GET.
//!
//! One file of lines that only grows, each written by a single append: several runs may write at
//! once, and five thousand entries cost one read. A line is `checksum day key-digest record`; one
//! that is damaged, cut short or out of date is as good as none. At opening the file is written anew
//! once half of it is of no more use. What another run appends in that moment is lost, and found again
//! by asking the registry: the cache may forget, but never lies.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::disk;
use crate::model::{Descriptor, Digest};
use crate::plan::{ImageFacts, Remembered, ResolutionKey};

const FILE: &str = "resolutions.log";
/// A file larger than this is none of ours, or of no use.
const FILE_LIMIT: u64 = 64 * 1024 * 1024;
/// More entries than this are too many.
const ENTRY_LIMIT: usize = 20_000;
/// How many entries survive when the file is written anew, so that it has room to grow again.
const ENTRIES_KEPT: usize = 15_000;
/// How many lines may be of no use before it is worth writing the file anew.
const WASTE: usize = 1_000;
/// After how many days without use an entry is forgotten.
const FORGOTTEN_AFTER: u64 = 90;
/// After how many days a use is noted again.
const NOTED_AFTER: u64 = 7;

/// What earlier runs found out.
///
/// Nothing about it fails: what cannot be read is not known, what cannot be written is not kept.
#[derive(Debug)]
pub struct ResolutionCache {
    store: Option<Mutex<Store>>,
}

impl ResolutionCache {
    /// Opens the cache in the folder `dir`, which is made when the first entry is kept.
    pub fn open(dir: &Path) -> Self {
        Self::open_on(dir, today())
    }

    /// Returns a cache that knows nothing and keeps nothing.
    pub fn disabled() -> Self {
        Self { store: None }
    }

    fn open_on(dir: &Path, today: u64) -> Self {
        let store = Store::open(dir, today);
        Self {
            store: Some(Mutex::new(store)),
        }
    }

    /// Returns the answer to `key`, if an earlier run found it.
    pub fn get(&self, key: &ResolutionKey) -> Option<Remembered> {
        let decode = |record: &str| Remembered::decode(key, record);
        self.lock()?.get(&digest_of(key), decode)
    }

    /// Keeps the answer to `key`.
    pub fn put(&self, key: &ResolutionKey, answer: &Remembered) {
        if let Some(mut store) = self.lock() {
            store.put(digest_of(key), answer.encode(key));
        }
    }

    /// Returns what is told of an image, if an earlier run found it out.
    pub fn facts(&self, image: &Descriptor) -> Option<ImageFacts> {
        let decode = |record: &str| ImageFacts::decode(&image.digest, record);
        self.lock()?
            .get(&digest_of(&ImageFacts::key(image)), decode)
    }

    /// Keeps what is told of an image.
    pub fn put_facts(&self, image: &Descriptor, facts: &ImageFacts) {
        if let Some(mut store) = self.lock() {
            let key = digest_of(&ImageFacts::key(image));
            store.put(key, facts.encode(&image.digest));
        }
    }

    fn lock(&self) -> Option<MutexGuard<'_, Store>> {
        let store = self.store.as_ref()?;
        Some(store.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[derive(Debug)]
struct Store {
    dir: PathBuf,
    today: u64,
    /// The file as it was read.
    bytes: Vec<u8>,
    /// Where in it the last line of each key is.
    lines: HashMap<KeyDigest, Range<usize>>,
    /// What was added since.
    added: HashMap<KeyDigest, String>,
    writable: bool,
}

/// The hexadecimal SHA-256 of a key.
type KeyDigest = Box<str>;

fn digest_of(key: &impl ToString) -> KeyDigest {
    Digest::sha256(key.to_string().as_bytes()).hex().into()
}

impl Store {
    fn open(dir: &Path, today: u64) -> Self {
        let path = dir.join(FILE);
        let bytes = read(&path).unwrap_or_else(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::debug!("`{}` is not read: {error}", path.display());
            }
            vec![]
        });
        let mut store = Self {
            dir: dir.to_owned(),
            today,
            bytes,
            lines: HashMap::new(),
            added: HashMap::new(),
            writable: true,
        };
        let found = store.find_lines();
        if found > 2 * store.lines.len() + WASTE || store.lines.len() > ENTRY_LIMIT {
            store.write_anew();
        }
        store
    }

    /// Finds the last line of each key, and returns how many lines there are.
    fn find_lines(&mut self) -> usize {
        let mut start = 0;
        let mut found = 0;
        for bytes in self.bytes.split(|byte| *byte == b'\n') {
            let range = start..start + bytes.len();
            start = range.end + 1;
            if bytes.is_empty() {
                continue;
            }
            found += 1;
            if let Some(line) = Line::split(bytes)
                && line.day.saturating_add(FORGOTTEN_AFTER) > self.today
            {
                self.lines.insert(line.key.into(), range);
            }
        }
        found
    }

    /// Returns what is kept under a key, as far as `decode` takes it for that.
    fn get<T>(&mut self, key: &KeyDigest, decode: impl Fn(&str) -> Option<T>) -> Option<T> {
        if let Some(record) = self.added.get(key) {
            return decode(record);
        }
        let line = Line::split(&self.bytes[self.lines.get(key)?.clone()])?;
        if !line.is_whole() {
            return None;
        }
        let answer = decode(line.record)?;
        if line.day.saturating_add(NOTED_AFTER) <= self.today {
            let record = line.record.to_owned();
            self.put(key.clone(), record);
        }
        Some(answer)
    }

    fn put(&mut self, key: KeyDigest, record: String) {
        let line = Line::write(self.today, &key, &record);
        self.added.insert(key, record);
        if self.writable
            && let Err(error) = self.append(&line)
        {
            tracing::debug!("nothing is kept in `{}`: {error}", self.dir.display());
            self.writable = false;
        }
    }

    fn append(&self, line: &str) -> io::Result<()> {
        let path = self.dir.join(FILE);
        let open = || {
            match file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut options = OpenOptions::new();
            options.append(true).create(true).open(&path)
        };
        let mut file = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&self.dir)?;
                open()?
            }
            file => file?,
        };
        // A line end on both sides: what was cut short before must not spoil this line.
        file.write_all(format!("\n{line}\n").as_bytes())
    }

    /// Writes the file anew with the latest entries.
    fn write_anew(&mut self) {
        let mut kept: Vec<(u64, Range<usize>)> = vec![];
        for range in self.lines.values() {
            if let Some(line) = Line::split(&self.bytes[range.clone()])
                && line.is_whole()
            {
                kept.push((line.day, range.clone()));
            }
        }
        // The latest first, by day and then by place.
        kept.sort_unstable_by_key(|(day, range)| std::cmp::Reverse((*day, range.start)));
        kept.truncate(ENTRIES_KEPT);
        let mut bytes = Vec::with_capacity(self.bytes.len());
        for (_, range) in kept.into_iter().rev() {
            bytes.extend_from_slice(&self.bytes[range]);
            bytes.push(b'\n');
        }
        if let Err(error) = disk::write(&self.dir.join(FILE), &bytes) {
            tracing::debug!(
                "`{FILE}` in `{}` stays as it is: {error}",
                self.dir.display()
            );
        }
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if file(path)?.len() > FILE_LIMIT {
        // Set aside rather than read: the next entry begins a new one.
        fs::remove_file(path)?;
    }
    fs::read(path)
}

/// Returns what is known of the file. To open something else, such as a pipe, may take for ever.
fn file(path: &Path) -> io::Result<Metadata> {
    let found = fs::metadata(path)?;
    if found.is_file() {
        Ok(found)
    } else {
        Err(io::Error::other("it is not a file"))
    }
}

/// Returns the number of days since 1970.
fn today() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs() / (24 * 60 * 60)
}

/// A line of the file, in its parts.
struct Line<'a> {
    checksum: &'a str,
    /// What the checksum is of.
    checked: &'a str,
    day: u64,
    key: &'a str,
    record: &'a str,
}

impl<'a> Line<'a> {
    fn write(day: u64, key: &str, record: &str) -> String {
        let checked = format!("{day} {key} {record}");
        format!("{} {checked}", Digest::sha256(checked.as_bytes()).hex())
    }

    fn split(bytes: &'a [u8]) -> Option<Self> {
        let (checksum, checked) = std::str::from_utf8(bytes).ok()?.split_once(' ')?;
        let (day, rest) = checked.split_once(' ')?;
        let (key, record) = rest.split_once(' ')?;
        Some(Self {
            checksum,
            checked,
            day: day.parse().ok()?,
            key,
            record,
        })
    }

    fn is_whole(&self) -> bool {
        Digest::sha256(self.checked.as_bytes()).hex() == self.checksum
    }
}
