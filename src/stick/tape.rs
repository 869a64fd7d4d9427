//! A layout that is a tar, in one file or in parts: read where its files are, never unpacked; written file after file, each
//! of which counts when it is whole, since its header is written last.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tar::{Archive, EntryType, Header};
use tokio::sync::OwnedMutexGuard;

use crate::model::{Algorithm, Digest, Text};

use super::fault::StickError;
use super::layout;
use super::parts::{Parts, Writer};
use super::section::{Found, Lock, Section, TEXT_LIMIT, name_of};

const BLOCK: u64 = 512;
/// How many zeros may follow the last file.
const TAIL: u64 = 4 * 1024 * 1024;
/// What stands where a tar ends.
const END: [u8; 1024] = [0; 1024];

/// A layout that is a tar.
#[derive(Clone)]
pub(super) struct Tape {
    parts: Parts,
    known: Arc<Mutex<Known>>,
    /// Held by who writes: a tar has one end.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// What is in it.
#[derive(Default)]
struct Known {
    /// Where the bytes of each file begin, and how many there are; the last of several with one name counts.
    files: HashMap<String, (u64, u64)>,
    /// Where the next file begins.
    end: u64,
    /// What comes after the last whole file and is none.
    rest: Option<(String, Text)>,
}

impl Tape {
    /// Finds what is there, and looks through it.
    pub(super) fn at(path: &Path, split: Option<u64>) -> Result<Self, StickError> {
        let parts = Parts::find(path, split)?;
        let known = scan(&parts)?;
        Ok(Self {
            parts,
            known: Arc::new(Mutex::new(known)),
            turn: Arc::default(),
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn look(&self) -> Result<Found, StickError> {
        if self.parts.length()? == 0 {
            return Ok(Found::Nothing);
        }
        let Some(text) = self.read("oci-layout", TEXT_LIMIT).ok().flatten() else {
            return Err(StickError::Foreign);
        };
        if layout::is_layout(&text) {
            return Ok(Found::Layout);
        }
        Err(StickError::Malformed {
            file: "oci-layout".to_owned(),
            why: text!("it is of no known version", "版本不认识"),
        })
    }

    pub(super) fn shown(&self) -> String {
        self.parts.name_at(0)
    }

    /// Returns how many bytes there are.
    pub(super) fn length(&self) -> Result<u64, StickError> {
        self.parts.length()
    }

    /// Stops where another process writes to it.
    pub(super) fn require_free(&self) -> Result<(), StickError> {
        if cfg!(windows) {
            return Ok(());
        }
        Lock::require_free(&self.parts.path(0), &self.shown())
    }

    /// Keeps other processes from writing to it.
    pub(super) fn lock(&self) -> Result<Lock, StickError> {
        if cfg!(windows) {
            // What is locked there cannot be read by another handle of the same process.
            return Ok(Lock { file: None });
        }
        Lock::take(&self.parts.path(0), &self.shown())
    }

    /// Stops where parts are there that nothing may be written over.
    pub(super) fn require_writable(&self) -> Result<(), StickError> {
        self.parts.check_before_writing()
    }

    /// Says how large parts are.
    pub(super) fn begin_table(&self) -> io::Result<()> {
        self.parts.begin_table(self.known().end)
    }

    /// Stops where a part is missing, or another.
    pub(super) fn require_parts(&self) -> Result<(), StickError> {
        self.parts.check()
    }

    /// Stops where the end is missing.
    pub(super) fn require_end(&self) -> Result<(), StickError> {
        match &self.known().rest {
            None => Ok(()),
            Some((file, why)) => Err(StickError::Broken {
                file: file.clone(),
                why: why.clone(),
            }),
        }
    }

    pub(super) fn index(&self) -> Result<Option<Vec<u8>>, StickError> {
        let read = self.read("index.json", TEXT_LIMIT);
        read.map_err(|why| StickError::disk("index.json", why))
    }

    pub(super) fn read(&self, name: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        let Some((begin, size)) = self.place(name).filter(|(_, size)| *size <= most) else {
            return Ok(None);
        };
        let mut bytes = vec![];
        let mut reader = self.parts.reader(begin, begin + size);
        reader.read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn place(&self, name: &str) -> Option<(u64, u64)> {
        self.known().files.get(name).copied()
    }

    pub(super) fn size(&self, digest: &Digest) -> Option<u64> {
        self.place(&name_of(digest)).map(|(_, size)| size)
    }

    pub(super) fn open(&self, digest: &Digest, offset: u64) -> Option<Section> {
        let (begin, size) = self.place(&name_of(digest))?;
        let reader = self
            .parts
            .reader(begin.saturating_add(offset), begin + size);
        let reader = Box::new(reader);
        Some(Section { size, reader })
    }

    /// Waits for the turn to write.
    pub(super) async fn turn(&self) -> Turn {
        Turn {
            tape: self.clone(),
            _turn: Arc::clone(&self.turn).lock_owned().await,
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        let known = self.known();
        let blobs = known.files.iter();
        let blobs = blobs.filter(|(name, _)| name.starts_with("blobs/"));
        blobs.map(|(_, (_, size))| size).sum()
    }
}

/// The turn to write.
pub(super) struct Turn {
    tape: Tape,
    _turn: OwnedMutexGuard<()>,
}

impl Turn {
    /// Begins a file; nobody sees it before it is ended.
    pub(super) fn begin(self) -> io::Result<NewFile> {
        let begin = self.tape.known().end;
        let mut writer = Writer::of(&self.tape.parts);
        // Where the header will be, a tar ends until then.
        writer.write_at(begin, &END[..512])?;
        Ok(NewFile {
            turn: self,
            writer,
            begin,
            position: None,
            length: 0,
        })
    }

    /// Writes a small file.
    pub(super) fn put(self, name: &str, bytes: &[u8]) -> io::Result<Self> {
        let mut file = self.begin()?;
        file.write_for(name, bytes)?;
        file.end(name)
    }

    /// Writes the end of a tar, and what tells its parts apart.
    pub(super) fn close(self) -> io::Result<()> {
        let end = self.tape.known().end;
        let mut writer = Writer::of(&self.tape.parts);
        writer.write_at(end, &END)?;
        writer.cut(end + 2 * BLOCK)?;
        self.tape.parts.write_table(end + 2 * BLOCK)
    }
}

/// A file that is on its way into a tar.
pub(super) struct NewFile {
    turn: Turn,
    writer: Writer,
    begin: u64,
    /// Where its bytes begin: behind the header, whose length the name decides.
    position: Option<u64>,
    length: u64,
}

impl NewFile {
    /// Adds bytes to a blob.
    pub(super) fn write(&mut self, algorithm: Algorithm, bytes: &[u8]) -> io::Result<()> {
        // Names of blobs by one algorithm are of one length.
        let name = name_of(&Digest::of(algorithm, b""));
        self.write_for(&name, bytes)
    }

    fn write_for(&mut self, like: &str, bytes: &[u8]) -> io::Result<()> {
        let begin = match self.position {
            Some(position) => position,
            None => self.begin + header(like, 0)?.len() as u64,
        };
        self.position = Some(begin);
        self.writer.write_at(begin + self.length, bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Gives it its name: from then on it is there.
    pub(super) fn end(mut self, name: &str) -> io::Result<Turn> {
        self.write_for(name, &[])?;
        let header = header(name, self.length)?;
        let position = self.begin + header.len() as u64;
        let end = (position + self.length).next_multiple_of(BLOCK);
        let padding = usize::try_from(end - position - self.length).unwrap_or_default();
        self.writer
            .write_at(position + self.length, &vec![0; padding])?;
        self.writer.sync()?;
        self.writer.write_at(self.begin, &header)?;
        self.writer.sync()?;
        let mut known = self.turn.tape.known();
        known.files.insert(name.to_owned(), (position, self.length));
        known.end = end;
        known.rest = None;
        drop(known);
        Ok(self.turn)
    }
}

/// Makes the header of a file: more than a block where its name is long.
fn header(name: &str, size: u64) -> io::Result<Vec<u8>> {
    let mut header = Header::new_ustar();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_entry_type(EntryType::Regular);
    let mut blocks = vec![];
    if header.set_path(name).is_err() {
        let mut long = Header::new_gnu();
        long.set_entry_type(EntryType::GNULongName);
        long.set_path("././@LongLink")?;
        long.set_mode(0o644);
        long.set_size(name.len() as u64 + 1);
        long.set_cksum();
        blocks.extend_from_slice(long.as_bytes());
        blocks.extend_from_slice(name.as_bytes());
        blocks.resize(blocks.len().next_multiple_of(512), 0);
        header = Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_entry_type(EntryType::Regular);
        header.set_path(&name[..name.len().min(99)])?;
    }
    header.set_cksum();
    blocks.extend_from_slice(header.as_bytes());
    Ok(blocks)
}

/// Looks which files there are.
fn scan(parts: &Parts) -> Result<Known, StickError> {
    let length = parts.length()?;
    let reader = parts.reader(0, length);
    let known = walk(reader, length, |at| parts.name_at(at));
    known.map_err(|why| StickError::disk(parts.name_at(0), why))
}

/// Looks which files a tar of so many bytes has, as far as it is one.
fn walk(
    reader: impl Read + Seek,
    length: u64,
    file_at: impl Fn(u64) -> String,
) -> io::Result<Known> {
    let mut known = Known::default();
    if length == 0 {
        return Ok(known);
    }
    let last = file_at(length - 1);
    let mut archive = Archive::new(reader);
    for entry in archive.entries_with_seek()? {
        let Ok(entry) = entry else {
            let why = text!("it is no tar from here on", "从这里起不是 tar");
            known.rest = Some((file_at(known.end), why));
            return Ok(known);
        };
        let (begin, size) = (entry.raw_file_position(), entry.size());
        let end = begin.saturating_add(size);
        if end > length {
            let why = text!(
                "it ends in the middle of a file",
                "它在一个文件中间就结束了"
            );
            known.rest = Some((last, why));
            return Ok(known);
        }
        known.end = end.next_multiple_of(BLOCK);
        let path = entry.path_bytes();
        let name = String::from_utf8_lossy(&path).into_owned();
        let name = name.strip_prefix("./").unwrap_or(&name);
        let is_file = matches!(
            entry.header().entry_type(),
            EntryType::Regular | EntryType::Continuous
        );
        // Whatever else is in it, links above all, is not looked at.
        if is_file && is_of_layout(name) {
            known.files.insert(name.to_owned(), (begin, size));
        }
    }
    if length < known.end + 2 * BLOCK {
        let why = text!("its end is not there", "没有结尾");
        known.rest = Some((last, why));
    } else if !is_empty(archive.into_inner(), known.end)? {
        let why = text!(
            "behind its end is what a run has not finished",
            "结尾之后还有一次运行没有写完的内容"
        );
        known.rest = Some((file_at(known.end + 2 * BLOCK), why));
    }
    Ok(known)
}

/// Tells whether nothing but the end of a tar follows: zeros, and not more of them than any tool fills a record with.
fn is_empty(mut reader: impl Read + Seek, end: u64) -> io::Result<bool> {
    let mut rest = vec![];
    reader.seek(SeekFrom::Start(end))?;
    reader.take(TAIL + 1).read_to_end(&mut rest)?;
    Ok(rest.len() as u64 <= TAIL && rest.iter().all(|byte| *byte == 0))
}

/// Looks through bytes that may be a tar.
#[cfg(fuzzing)]
pub(super) fn look_through(bytes: &[u8]) {
    let length = bytes.len() as u64;
    if let Ok(known) = walk(io::Cursor::new(bytes), length, |_| String::new()) {
        let is_within = |(begin, size): &(u64, u64)| begin + size <= length;
        assert!(known.files.values().all(is_within), "it is all in the tar");
    }
}

/// Tells whether a layout has files of this name.
fn is_of_layout(name: &str) -> bool {
    if matches!(name, "oci-layout" | "index.json") {
        return true;
    }
    let digest = name
        .strip_prefix("blobs/")
        .map(|name| name.replacen('/', ":", 1));
    digest.is_some_and(|digest| digest.parse::<Digest>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tar_of(files: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
        let mut tar = tar::Builder::new(vec![]);
        for (name, kind, bytes) in files {
            let mut header = Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_entry_type(*kind);
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            tar.append(&header, *bytes).unwrap();
        }
        tar.into_inner().unwrap()
    }

    fn names(tar: &[u8]) -> (Vec<String>, bool) {
        let length = tar.len() as u64;
        let known = walk(io::Cursor::new(tar), length, |_| String::new()).unwrap();
        let mut names: Vec<_> = known.files.into_keys().collect();
        names.sort();
        (names, known.rest.is_none())
    }

    #[test]
    fn only_files_of_a_layout_are_seen_whatever_else_a_tar_names() {
        let hex = "0".repeat(64);
        let blob = format!("./blobs/sha256/{hex}");
        let tar = tar_of(&[
            ("oci-layout", EntryType::Regular, b"{}"),
            (&blob, EntryType::Regular, b"blob"),
            ("blobs/sha256/../../etc/passwd", EntryType::Regular, b"x"),
            ("/etc/passwd", EntryType::Regular, b"x"),
            ("index.json", EntryType::Symlink, b""),
            ("manifest.json", EntryType::Regular, b"[]"),
        ]);
        let seen = vec![format!("blobs/sha256/{hex}"), "oci-layout".to_owned()];
        assert_eq!(names(&tar), (seen.clone(), true));
        assert_eq!(names(&tar[..tar.len() - 1024]), (seen, false), "no end");
        let (cut, is_whole) = names(&tar[..1538]);
        assert_eq!(
            (cut.as_slice(), is_whole),
            (&["oci-layout".to_owned()][..], false)
        );
        assert_eq!(names(b"no tar"), (vec![], false));
        let padded = [&tar[..], &[0; 10_240]].concat();
        assert!(names(&padded).1, "filled up to a record");
        let begun = [&padded[..], b"bytes of a layer"].concat();
        assert!(!names(&begun).1, "a later run broke off");
    }

    #[test]
    fn a_name_that_is_too_long_for_one_block_is_read_back() {
        let name = name_of(&Digest::of(Algorithm::Sha512, b"large"));
        let mut tar = header(&name, 5).unwrap();
        tar.extend_from_slice(b"large");
        tar.resize(tar.len().next_multiple_of(512), 0);
        tar.extend_from_slice(&END);
        assert_eq!(names(&tar), (vec![name], true));
    }
}
