//! Finding and reading files.

use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::error::CliError;

/// The files that are looked for, in this order.
pub const DEFAULT_FILES: [&str; 4] = ["mirror.yaml", "mirror.yml", "mirror.toml", "images.txt"];

/// More than this is no list, lock or plan; a device may go on for ever.
const LARGEST: u64 = 256 * 1024 * 1024;

/// A file's text and the name that people know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// The path as it was typed or found.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Reads the file that was asked for, else the first of [`DEFAULT_FILES`] that is in `folder`.
pub fn read_main(folder: &Path, asked: Option<&Path>) -> Result<TextFile, CliError> {
    let path = find_main(folder, asked)?;
    let text = read_text(folder, &path).map_err(|why| unreadable(&path, &why))?;
    let name = path.display().to_string();
    Ok(TextFile { name, text })
}

/// Returns the path that was asked for, else the first of [`DEFAULT_FILES`] that is in `folder`.
pub fn find_main(folder: &Path, asked: Option<&Path>) -> Result<PathBuf, CliError> {
    asked.map_or_else(|| find_default(folder), |path| Ok(path.to_owned()))
}

/// Reads a text file that need not be there; a relative path begins in `folder`. Nobody named it, so that
/// what is no file is not waited for.
pub fn read_if_there(folder: &Path, path: &Path) -> Result<Option<String>, CliError> {
    match std::fs::metadata(folder.join(path)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Ok(found) if !found.is_file() && !found.is_dir() => {
            Err(unreadable(path, "it is a pipe or a device and not a file"))
        }
        _ => read_text(folder, path)
            .map(Some)
            .map_err(|why| unreadable(path, &why)),
    }
}

/// Reads a file; a relative path begins in `folder`. The error says why it cannot be read, and
/// leaves it to the caller to name the file.
pub fn read_text(folder: &Path, path: &Path) -> Result<String, String> {
    let bytes = read(&folder.join(path), LARGEST).map_err(|error| reason(&error))?;
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(
            "it is UTF-16 text, as PowerShell's `>` writes it; save it as UTF-8".to_owned(),
        );
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        format!("it is not UTF-8 text (see line {line}); save it as UTF-8")
    })
}

/// Reads a file that need not be text; a relative path begins in `folder`.
pub fn read_bytes(folder: &Path, path: &Path) -> Result<Vec<u8>, CliError> {
    read(&folder.join(path), LARGEST).map_err(|error| unreadable(path, &reason(&error)))
}

fn read(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![];
    let file = std::fs::File::open(path)?;
    file.take(largest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest {
        let text = format!("it has more than {largest} bytes");
        return Err(io::Error::new(ErrorKind::FileTooLarge, text));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, why: &str) -> CliError {
    CliError::new(format!("cannot read `{}`: {why}", path.display()))
}

/// Says why the system does not do what was asked of a file.
pub(super) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::PermissionDenied => "this user may not".to_owned(),
        _ => error.to_string(),
    }
}

fn find_default(folder: &Path) -> Result<PathBuf, CliError> {
    let found = DEFAULT_FILES.iter().find(|name| folder.join(name).exists());
    found.map(PathBuf::from).ok_or_else(|| {
        let names = DEFAULT_FILES.map(|name| format!("`{name}`"));
        CliError::new(format!("none of {} is in this folder", names.join(", "))).hint(
            "write one image a line, such as `nginx:1.27`, into `images.txt`, or name a file with \
             `--file`; `pusher demo` shows what comes then",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_of_the_default_files() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_main(folder.path(), None).unwrap_err().to_string();
        for name in DEFAULT_FILES.iter().rev() {
            assert!(error.contains(name), "{error}");
            std::fs::write(folder.path().join(name), name).unwrap();
            let found = read_main(folder.path(), None).unwrap();
            assert_eq!((found.name.as_str(), found.text.as_str()), (*name, *name));
        }
        let asked = read_main(folder.path(), Some(Path::new("images.txt"))).unwrap();
        assert_eq!(asked.name, "images.txt");
    }

    #[cfg(unix)]
    #[test]
    fn what_has_no_end_is_an_error_and_what_nobody_named_is_a_file() {
        let zero = Path::new("/dev/zero");
        let error = read(zero, 1000).unwrap_err();
        assert_eq!(error.to_string(), "it has more than 1000 bytes");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), [b'a'; 1000]).unwrap();
        assert_eq!(read(&folder.path().join("file"), 1000).unwrap().len(), 1000);

        let told = |path: &Path| read_if_there(folder.path(), path);
        let error = told(zero).unwrap_err().to_string();
        assert_eq!(
            error,
            "cannot read `/dev/zero`: it is a pipe or a device and not a file"
        );
        assert_eq!(told(Path::new("none")), Ok(None));
        let error = told(Path::new(".")).unwrap_err().to_string();
        assert_eq!(error, "cannot read `.`: it is a folder");
    }

    #[test]
    fn says_which_file_cannot_be_read_and_why() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("latin"), b"a\nb\n\xe9").unwrap();
        std::fs::write(folder.path().join("wide"), b"\xff\xfea\0").unwrap();
        let error = |name: &str| {
            let error = read_main(folder.path(), Some(Path::new(name))).unwrap_err();
            error.to_string()
        };
        assert_eq!(
            error("no.txt"),
            "cannot read `no.txt`: there is no such file"
        );
        assert_eq!(error("."), "cannot read `.`: it is a folder");
        assert!(error("wide").contains("UTF-16"), "{}", error("wide"));
        assert!(
            error("latin").contains("(see line 3)"),
            "{}",
            error("latin")
        );
    }
}
