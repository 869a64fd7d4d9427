//! One file, or several that are read and written as one: what fits on no disk or into no file system goes in parts.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::disk;
use crate::model::{Digest, Text};

use super::fault::StickError;

/// How many bytes at both ends of a part tell it from others.
const SAMPLE: u64 = 64 * 1024;
/// How many parts there may be: their numbers have three digits.
const MOST: u64 = 1000;
/// How large the table of them may be.
const TABLE_LIMIT: u64 = 4 * 1024 * 1024;

/// Where the bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    /// The file, if there is one; what all of them are called else.
    base: PathBuf,
    /// How many bytes a part has; none where there is one file.
    size: Option<u64>,
}

/// What is written beside the parts: by it a part that is missing, or another one, is known.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    format_version: String,
    /// How many bytes each part has, but for the last.
    part_size: u64,
    /// Those that no run changes that is under way.
    parts: Vec<Row>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    size: u64,
    begins: Digest,
    ends: Digest,
}

impl Parts {
    /// Finds what is there: one file, or parts; `split` is how large parts are to be where nothing is there yet.
    pub(super) fn find(base: &Path, split: Option<u64>) -> Result<Self, StickError> {
        let one = Self {
            base: base.to_owned(),
            size: None,
        };
        if fs::symlink_metadata(base).is_ok() {
            return match split {
                None => Ok(one),
                Some(_) => Err(StickError::Whole),
            };
        }
        let parted = |size| Self {
            size: Some(size),
            ..one.clone()
        };
        if let Some(table) = one.table()? {
            return Ok(parted(table.part_size));
        }
        let first = fs::metadata(parted(0).path(0)).map(|found| found.len());
        let is_more = parted(0).path(1).exists();
        Ok(match (first, split) {
            // Without the table nobody may write to them, and whoever reads hears that it is missing.
            (Ok(size), _) if is_more => parted(size.max(1)),
            // A run that was about to begin has left an empty one.
            (Ok(0) | Err(_), None) => one,
            (Ok(size), None) => parted(size),
            (Ok(_) | Err(_), Some(split)) => parted(part_size(split)),
        })
    }

    /// Returns the name of a part, or of the file.
    pub(super) fn path(&self, number: u64) -> PathBuf {
        if self.size.is_none() {
            return self.base.clone();
        }
        let mut name = self.base.clone().into_os_string();
        name.push(format!(".{number:03}"));
        name.into()
    }

    /// Returns the number of the part in which a byte is, and where.
    fn place(&self, position: u64) -> (u64, u64) {
        match self.size {
            Some(size) => (position / size, position % size),
            None => (0, position),
        }
    }

    /// Returns what the part is called in which a byte is.
    pub(super) fn name_at(&self, position: u64) -> String {
        name(&self.path(self.place(position).0))
    }

    /// Returns how many bytes there are.
    pub(super) fn length(&self) -> Result<u64, StickError> {
        let mut length = 0;
        for number in 0..MOST {
            let path = self.path(number);
            match fs::symlink_metadata(&path) {
                Ok(found) if found.is_symlink() => return Err(StickError::Link(name(&path))),
                Ok(found) if found.is_file() => length += found.len(),
                Ok(_) => return Err(StickError::Foreign),
                Err(why) if why.kind() == ErrorKind::NotFound => break,
                Err(why) => return Err(StickError::disk(name(&path), why)),
            }
            if self.size.is_none() {
                break;
            }
        }
        Ok(length)
    }

    pub(super) fn reader(&self, begin: u64, end: u64) -> Reader {
        Reader {
            parts: self.clone(),
            position: begin,
            end,
            open: None,
        }
    }

    fn table_path(&self) -> PathBuf {
        self.base.with_extension("parts.json")
    }

    /// Reads the table; none where there is none.
    fn table(&self) -> Result<Option<Table>, StickError> {
        let path = self.table_path();
        let file = name(&path);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => return Err(StickError::Link(file)),
            Ok(found) if found.is_file() => {}
            Ok(_) => return Err(StickError::Foreign),
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(StickError::disk(file, why)),
        }
        let mut text = vec![];
        let opened = File::open(&path);
        let read = opened.and_then(|open| open.take(TABLE_LIMIT + 1).read_to_end(&mut text));
        match read {
            Err(why) => return Err(StickError::disk(file, why)),
            Ok(read) if read as u64 > TABLE_LIMIT => {
                return Err(StickError::disk(file, ErrorKind::FileTooLarge.into()));
            }
            Ok(_) => {}
        }
        let malformed = |file, why| Err(StickError::Malformed { file, why });
        match serde_json::from_slice::<Table>(&text) {
            Err(why) => malformed(file, Text::verbatim(why.to_string())),
            Ok(table) if table.part_size == 0 || table.parts.len() as u64 > MOST => {
                malformed(file, text!("it is no table of parts", "它不是分份的清单"))
            }
            Ok(table) => Ok(Some(table)),
        }
    }

    /// Says how large parts are, before one is written, and of those before byte `end` what they are: no later byte
    /// changes them.
    pub(super) fn begin_table(&self, end: u64) -> io::Result<()> {
        self.size.map_or(Ok(()), |size| self.write_rows(end / size))
    }

    /// Says of each part what it is, where there are several.
    pub(super) fn write_table(&self, length: u64) -> io::Result<()> {
        let rows = self.size.map(|size| length.div_ceil(size));
        rows.map_or(Ok(()), |rows| self.write_rows(rows))
    }

    fn write_rows(&self, rows: u64) -> io::Result<()> {
        let table = Table {
            format_version: "1.0".to_owned(),
            part_size: self.size.unwrap_or_default(),
            parts: (0..rows)
                .map(|number| self.row(number))
                .collect::<Result<_, _>>()?,
        };
        let text = serde_json::to_string_pretty(&table)? + "\n";
        disk::write(&self.table_path(), text.as_bytes())
    }

    fn row(&self, number: u64) -> io::Result<Row> {
        let path = self.path(number);
        let mut file = File::open(&path)?;
        let size = file.metadata()?.len();
        let mut sample = |from| {
            file.seek(SeekFrom::Start(from))?;
            let mut bytes = vec![];
            (&mut file).take(SAMPLE).read_to_end(&mut bytes)?;
            io::Result::Ok(Digest::sha256(&bytes))
        };
        Ok(Row {
            name: name(&path),
            size,
            begins: sample(0)?,
            ends: sample(size.saturating_sub(SAMPLE))?,
        })
    }

    /// Holds what is there against what is to be written: where there are parts, nothing goes on without their table.
    pub(super) fn check_before_writing(&self) -> Result<(), StickError> {
        let is_there = (0..MOST).any(|number| {
            let found = fs::symlink_metadata(self.path(number));
            found.is_ok_and(|found| found.len() > 0)
        });
        if self.size.is_some() && (is_there || self.table()?.is_some()) {
            return self.check();
        }
        Ok(())
    }

    /// Stops where a part is missing before another, or is cut short.
    fn check_sizes(&self, part_size: u64) -> Result<(), StickError> {
        let size_of = |number| fs::symlink_metadata(self.path(number)).map(|found| found.len());
        let Some(last) = (0..MOST).rev().find(|number| size_of(*number).is_ok()) else {
            return Ok(());
        };
        for number in 0..=last {
            let file = name(&self.path(number));
            match size_of(number) {
                Err(why) => return Err(StickError::disk(file, why)),
                Ok(size) if size == part_size || (number == last && size < part_size) => {}
                Ok(size) => {
                    let why = other_size(size, part_size);
                    return Err(StickError::Broken { file, why });
                }
            }
        }
        Ok(())
    }

    /// Holds the parts against what stands beside them.
    pub(super) fn check(&self) -> Result<(), StickError> {
        if self.size.is_none() {
            return Ok(());
        }
        let broken = |file: String, why| Err(StickError::Broken { file, why });
        let Some(table) = self.table()? else {
            let file = name(&self.table_path());
            return Err(StickError::disk(file, ErrorKind::NotFound.into()));
        };
        for (number, wanted) in (0..).zip(&table.parts) {
            let file = name(&self.path(number));
            let found = match self.row(number) {
                Ok(found) => found,
                Err(why) => return Err(StickError::disk(file, why)),
            };
            if wanted.name != file {
                let named = &wanted.name;
                let why = text!("`{named}` should be in its place", "这里应该是 `{named}`");
                return broken(file, why);
            }
            if found == *wanted {
                continue;
            }
            let is_it = |row: &&Row| (&row.begins, &row.ends) == (&found.begins, &found.ends);
            if let Some(other) = table
                .parts
                .iter()
                .find(is_it)
                .filter(|row| row.name != file)
            {
                let other = &other.name;
                return broken(file, text!("it is `{other}`", "它其实是 `{other}`"));
            }
            let (size, wanted) = (found.size, wanted.size);
            let why = if size == wanted {
                text!(
                    "it is of another stick, or was damaged",
                    "它是另一个离线包的，或者已经损坏"
                )
            } else {
                other_size(size, wanted)
            };
            return broken(file, why);
        }
        self.check_sizes(table.part_size)
    }
}

fn other_size(size: u64, wanted: u64) -> Text {
    text!(
        "it has {size} bytes, and should have {wanted}",
        "它有 {size} 字节，应该有 {wanted} 字节"
    )
}

/// Returns how large parts are that must stay below this: a file of 4 GiB is one byte too many for FAT32.
fn part_size(split: u64) -> u64 {
    (split.saturating_sub(1) / 512).max(1) * 512
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Reads some of the bytes.
pub(super) struct Reader {
    parts: Parts,
    position: u64,
    end: u64,
    open: Option<(u64, File)>,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.end.saturating_sub(self.position);
        if left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let (number, within) = self.parts.place(self.position);
        let most = self
            .parts
            .size
            .map_or(left, |size| (size - within).min(left));
        let most = usize::try_from(most)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        if self.open.as_ref().is_none_or(|(open, _)| *open != number) {
            self.open = Some((number, File::open(self.parts.path(number))?));
        }
        let Some((_, file)) = &mut self.open else {
            return Ok(0);
        };
        file.seek(SeekFrom::Start(within))?;
        let read = file.read(&mut buffer[..most])?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.end.checked_add_signed(by),
        };
        self.position = position.ok_or(ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

/// Writes bytes anywhere.
pub(super) struct Writer {
    parts: Parts,
    open: BTreeMap<u64, File>,
}

impl Writer {
    pub(super) fn of(parts: &Parts) -> Self {
        Self {
            parts: parts.clone(),
            open: BTreeMap::new(),
        }
    }

    pub(super) fn write_at(&mut self, mut position: u64, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (number, within) = self.parts.place(position);
            if number >= MOST {
                return Err(io::Error::other(tr!(
                    "that would be more than {MOST} parts",
                    "会超过 {MOST} 份"
                )));
            }
            let most = self.parts.size.map_or(u64::MAX, |size| size - within);
            let most = usize::try_from(most).unwrap_or(usize::MAX).min(bytes.len());
            let file = self.file(number)?;
            file.seek(SeekFrom::Start(within))?;
            file.write_all(&bytes[..most])?;
            bytes = &bytes[most..];
            position += most as u64;
        }
        Ok(())
    }

    fn file(&mut self, number: u64) -> io::Result<&mut File> {
        let path = self.parts.path(number);
        match self.open.entry(number) {
            std::collections::btree_map::Entry::Occupied(open) => Ok(open.into_mut()),
            std::collections::btree_map::Entry::Vacant(place) => {
                let mut options = OpenOptions::new();
                let options = options.write(true).create(true).truncate(false);
                Ok(place.insert(options.open(path)?))
            }
        }
    }

    /// Lets what was written last.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        for file in self.open.values() {
            file.sync_all()?;
        }
        Ok(())
    }

    /// Leaves so many bytes, and nothing behind them.
    pub(super) fn cut(&mut self, length: u64) -> io::Result<()> {
        let (last, within) = self.parts.place(length);
        self.file(last)?.set_len(within)?;
        self.sync()?;
        if self.parts.size.is_some() {
            let first = if within == 0 { last } else { last + 1 };
            for number in first..MOST {
                self.open.remove(&number);
                if fs::remove_file(self.parts.path(number)).is_err() {
                    break;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_and_written_as_one_file_and_stay_below_their_size() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().join("stick.tar");
        let parts = Parts::find(&base, Some(1500)).unwrap();
        let bytes: Vec<u8> = (0..5000_u32).map(|number| (number % 251) as u8).collect();
        let mut writer = Writer::of(&parts);
        writer.write_at(0, &bytes[..2000]).unwrap();
        writer.write_at(1000, &bytes[1000..]).unwrap();
        writer.cut(4096).unwrap();
        assert_eq!(parts.length().unwrap(), 4096);
        let sizes = (0..4).map(|number| fs::metadata(parts.path(number)).unwrap().len());
        assert_eq!(sizes.collect::<Vec<_>>(), [1024, 1024, 1024, 1024]);
        assert!(!parts.path(4).exists());
        let mut read = vec![];
        parts.reader(500, 3500).read_to_end(&mut read).unwrap();
        assert_eq!(read, bytes[500..3500]);
        assert_eq!(part_size(4 << 30), (4 << 30) - 512, "a file on FAT32");
        assert!(parts.check_before_writing().is_err(), "no table");
        // What is there is gone on with as it is.
        parts.write_table(4096).unwrap();
        assert_eq!(Parts::find(&base, Some(9000)).unwrap(), parts);
        assert_eq!(Parts::find(&base, None).unwrap(), parts);
        parts.check_before_writing().unwrap();
    }

    #[test]
    fn nothing_is_written_over_parts_of_which_one_is_not_what_it_should_be() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().join("stick.tar");
        let parts = Parts::find(&base, Some(1500)).unwrap();
        parts.check_before_writing().unwrap();
        parts.begin_table(0).unwrap();
        Writer::of(&parts).write_at(0, &[7; 2500]).unwrap();
        let whole = fs::read(parts.path(0)).unwrap();
        let is_taken = || {
            let found = Parts::find(&base, None).unwrap();
            assert_eq!(found, parts);
            found.check_before_writing().is_ok()
        };
        for is_ended in [false, true] {
            assert!(is_taken());
            fs::remove_file(parts.path(0)).unwrap();
            assert!(!is_taken(), "the first is missing");
            fs::write(parts.path(0), &whole[..512]).unwrap();
            assert!(!is_taken(), "the first is cut short");
            fs::write(parts.path(0), &whole).unwrap();
            fs::rename(parts.path(1), parts.path(3)).unwrap();
            assert!(!is_taken(), "one is missing");
            fs::rename(parts.path(3), parts.path(1)).unwrap();
            if !is_ended {
                parts.write_table(2500).unwrap();
            }
        }
        // A later run has begun: what it adds to the last part is no damage.
        parts.begin_table(2500).unwrap();
        Writer::of(&parts).write_at(2500, &[7; 500]).unwrap();
        assert!(is_taken());
        // One part alone tells nothing about its size.
        for number in 1..3 {
            fs::remove_file(parts.path(number)).unwrap();
        }
        fs::write(parts.path(0), &whole[..512]).unwrap();
        parts.write_table(512).unwrap();
        assert!(is_taken());
        let text = fs::read_to_string(parts.table_path()).unwrap();
        let text = text.replace("\"part_size\": 1024", "\"part_size\": 0");
        fs::write(parts.table_path(), text).unwrap();
        assert!(Parts::find(&base, None).is_err());
    }
}
