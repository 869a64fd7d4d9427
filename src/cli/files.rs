//! Finding and reading files.

use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::config::FileKind;
use crate::model::{Text, listed};

use super::error::CliError;
use super::purpose::Purpose;

/// The files that are looked for, in this order.
pub const DEFAULT_FILES: [&str; 5] = [
    "mirror.yaml",
    "mirror.yml",
    "mirror.toml",
    USUAL_LISTS[0],
    USUAL_LISTS[1],
];
/// What image lists are usually called.
pub const USUAL_LISTS: [&str; 2] = ["images.txt", "images.dockerfile"];

/// A file's text and the name that people know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// The path as it was typed or found.
    pub name: String,
    /// The text.
    pub text: String,
}

/// What is read from standard input is called so, in messages and in saved plans.
pub const STANDARD_INPUT: &str = "<stdin>";

/// Tells whether a path that was typed stands for standard input.
pub fn is_standard_input(path: &Path) -> bool {
    let names = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
    names.iter().any(|name| path == Path::new(name))
}

/// Reads the file that was asked for, else the first of [`DEFAULT_FILES`] that is in `folder`.
pub fn read_main(folder: &Path, asked: Option<&Path>) -> Result<TextFile, CliError> {
    let path = find_main(folder, asked)?;
    let (name, text) = if is_standard_input(&path) {
        let text = read_standard_input(Purpose::List).map_err(|why| unreadable(&path, &why))?;
        (STANDARD_INPUT.to_owned(), text)
    } else {
        let name = path.display().to_string();
        let purpose = FileKind::named(&name).map_or(Purpose::List, Purpose::of);
        let text = read_text(folder, &path, purpose).map_err(|why| unreadable(&path, &why))?;
        (name, text)
    };
    let found = Purpose::of(FileKind::of(&name, &text));
    if text.len() as u64 > found.limit() {
        return Err(unreadable(&path, &found.too_large(Some(text.len() as u64))));
    }
    Ok(TextFile { name, text })
}

/// Returns the path that was asked for, else the first of [`DEFAULT_FILES`] that is in `folder`.
pub fn find_main(folder: &Path, asked: Option<&Path>) -> Result<PathBuf, CliError> {
    asked.map_or_else(|| find_default(folder), |path| Ok(path.to_owned()))
}

/// Reads a text file that need not be there; a relative path begins in `folder`. Nobody named it, so that
/// what is no file is not waited for.
pub fn read_if_there(
    folder: &Path,
    path: &Path,
    purpose: Purpose,
) -> Result<Option<String>, CliError> {
    match std::fs::metadata(folder.join(path)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Ok(found) if !found.is_file() && !found.is_dir() => {
            let why = text!(
                "it is a pipe or a device and not a file",
                "它是管道或设备，不是文件"
            );
            Err(unreadable(path, &why))
        }
        _ => read_text(folder, path, purpose)
            .map(Some)
            .map_err(|why| unreadable(path, &why)),
    }
}

/// Reads a file; a relative path begins in `folder`. The error says why it cannot be read, and
/// leaves it to the caller to name the file.
pub fn read_text(folder: &Path, path: &Path, purpose: Purpose) -> Result<String, Text> {
    text_of(read(&folder.join(path), purpose)?)
}

/// Returns the names of the files in a folder; none where there is no such folder, or it may not be read.
pub fn names(folder: &Path, path: &Path) -> Vec<String> {
    let whole = folder.join(path);
    // No path at all is the folder that the process works in.
    let whole = if whole.as_os_str().is_empty() {
        Path::new(".")
    } else {
        &whole
    };
    let entries = std::fs::read_dir(whole).into_iter().flatten();
    let files = entries.filter_map(|entry| {
        let entry = entry.ok().filter(|entry| entry.path().is_file())?;
        entry.file_name().into_string().ok()
    });
    files.collect()
}

fn read_standard_input(purpose: Purpose) -> Result<String, Text> {
    text_of(read_bounded(io::stdin().lock(), purpose)?)
}

/// Reads a file that uses images, or standard input.
pub fn read_use(folder: &Path, path: &Path) -> Result<TextFile, CliError> {
    let (name, text) = if is_standard_input(path) {
        let text = read_standard_input(Purpose::Use);
        (STANDARD_INPUT.to_owned(), text)
    } else {
        let text = read_text(folder, path, Purpose::Use);
        (path.display().to_string(), text)
    };
    let text = text.map_err(|why| unreadable(path, &why))?;
    Ok(TextFile { name, text })
}

fn text_of(bytes: Vec<u8>) -> Result<String, Text> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(text!(
            "it is UTF-16 text, as PowerShell's `>` writes it; save it as UTF-8",
            "它是 UTF-16 文本，PowerShell 的 `>` 会这样写；另存为 UTF-8"
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        text!(
            "it is not UTF-8 text (see line {line}); save it as UTF-8",
            "它不是 UTF-8 文本（见第 {line} 行）；另存为 UTF-8"
        )
    })
}

/// Reads a file that need not be text; a relative path begins in `folder`.
pub fn read_bytes(folder: &Path, path: &Path, purpose: Purpose) -> Result<Vec<u8>, CliError> {
    read(&folder.join(path), purpose).map_err(|why| unreadable(path, &why))
}

fn read(path: &Path, purpose: Purpose) -> Result<Vec<u8>, Text> {
    let file = std::fs::File::open(path).map_err(|error| reason(&error))?;
    let size = file.metadata().map_or(0, |file| file.len());
    if size > purpose.limit() {
        return Err(purpose.too_large(Some(size)));
    }
    read_bounded(file, purpose)
}

/// Reads all that comes, if it is no more than there may be.
fn read_bounded(from: impl io::Read, purpose: Purpose) -> Result<Vec<u8>, Text> {
    let mut bytes = vec![];
    let read = from.take(purpose.limit() + 1).read_to_end(&mut bytes);
    read.map_err(|error| reason(&error))?;
    if bytes.len() as u64 > purpose.limit() {
        return Err(purpose.too_large(None));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, why: &Text) -> CliError {
    let file = path.display();
    CliError::new(text!(
        "cannot read `{file}`: {why}",
        "无法读取 `{file}`：{why}"
    ))
}

/// Says why the system does not do what was asked of a file.
pub(super) fn reason(error: &std::io::Error) -> Text {
    match error.kind() {
        ErrorKind::NotFound => text!("there is no such file", "没有这个文件"),
        ErrorKind::IsADirectory => text!("it is a folder", "它是目录"),
        ErrorKind::PermissionDenied => text!("this user may not", "当前用户没有权限"),
        _ => Text::verbatim(error.to_string()),
    }
}

fn find_default(folder: &Path) -> Result<PathBuf, CliError> {
    let found = DEFAULT_FILES.iter().find(|name| folder.join(name).exists());
    found.map(PathBuf::from).ok_or_else(|| {
        let names = DEFAULT_FILES.map(|name| format!("`{name}`"));
        let error = CliError::new(text!(
            "none of {} is in this folder",
            "这个目录里没有 {}",
            listed(&names)
        ));
        if let Some(name) = called_almost(folder) {
            let is_dockerfile = name.to_ascii_lowercase().ends_with(".dockerfile");
            let usual = USUAL_LISTS[usize::from(is_dockerfile)];
            return error.hint(text!(
                "`{name}` is: name it with `--file {name}`, or call it `{usual}`",
                "有 `{name}`：用 `--file {name}` 指定它，或者改名为 `{usual}`"
            ));
        }
        error.hint(text!(
            "write one image a line, such as `nginx:1.27`, into `images.txt`, or name a file with \
             `--file`; `pusher init` asks for what it takes, `pusher demo` shows what comes then",
            "在 `images.txt` 里一行写一个镜像，如 `nginx:1.27`，或用 `--file` 指定文件；\
             `pusher init` 会问需要什么，`pusher demo` 演示之后的步骤"
        ))
    })
}

/// Returns the name of a file that is called almost as one that is looked for.
fn called_almost(folder: &Path) -> Option<String> {
    const STEMS: [&str; 7] = [
        "image",
        "images",
        "imagelist",
        "image-list",
        "image_list",
        "mirror",
        "mirrors",
    ];
    let is_like = |name: &String| {
        let name = name.to_ascii_lowercase();
        let (stem, end) = name.split_once('.').unwrap_or((&name, ""));
        let is_ours = matches!(
            end,
            "" | "txt" | "dockerfile" | "list" | "lst" | "conf" | "yaml" | "yml" | "toml" | "json"
        );
        is_ours && STEMS.contains(&stem)
    };
    names(folder, Path::new("."))
        .into_iter()
        .filter(is_like)
        .min()
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

    #[test]
    fn a_name_that_is_almost_right_is_offered() {
        for name in [
            "image.txt",
            "images",
            "images.list",
            "IMAGES.TXT",
            "Mirror.yaml",
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("images.tar.gz"), "").unwrap();
            std::fs::write(folder.path().join(name), "nginx").unwrap();
            let error = read_main(folder.path(), None).unwrap_err();
            let offered = format!("`--file {name}`");
            assert!(
                error.advice().unwrap().english().contains(&offered),
                "{name}: {error:?}"
            );
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("images.tar.gz"), "").unwrap();
        let error = read_main(folder.path(), None).unwrap_err();
        assert!(
            error
                .advice()
                .unwrap()
                .english()
                .starts_with("write one image a line")
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_nobody_named_is_a_file() {
        let zero = Path::new("/dev/zero");
        let folder = tempfile::tempdir().unwrap();
        let told = |path: &Path| read_if_there(folder.path(), path, Purpose::Lock);
        let error = told(zero).unwrap_err().to_string();
        assert_eq!(
            error,
            "cannot read `/dev/zero`: it is a pipe or a device and not a file"
        );
        assert_eq!(told(Path::new("none")), Ok(None));
        let error = told(Path::new(".")).unwrap_err().to_string();
        assert_eq!(error, "cannot read `.`: it is a folder");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_too_large_is_not_read_and_is_told_with_its_size_and_the_bound() {
        let folder = tempfile::tempdir().unwrap();
        // All of it but its end is a hole, which takes no room.
        let sized = |name: &str, size: u64| {
            let file = std::fs::File::create(folder.path().join(name)).unwrap();
            file.set_len(size).unwrap();
        };
        let error = |name: &str, purpose: Purpose| {
            let path = Path::new(name);
            read_bytes(folder.path(), path, purpose).map_err(|error| error.to_string())
        };
        sized("ca.pem", Purpose::Certificates.limit());
        let read = error("ca.pem", Purpose::Certificates).unwrap();
        assert_eq!(read.len() as u64, Purpose::Certificates.limit());
        sized("ca.pem", Purpose::Certificates.limit() + 1);
        assert_eq!(
            error("ca.pem", Purpose::Certificates).unwrap_err(),
            "cannot read `ca.pem`: it has more than 4.0 MiB, and a file of certificates has 4.0 MiB at most; \
             keep only those of who signs for this registry"
        );
        assert!(
            error("/dev/zero", Purpose::Certificates)
                .unwrap_err()
                .contains("it has more than 4.0 MiB, and"),
        );
        for (name, size, part) in [
            (
                "a.txt",
                1 << 40,
                "it has 1.0 TiB, and an image list has 128.0 MiB",
            ),
            (
                "a.yaml",
                17 << 20,
                "it has 17.0 MiB, and a mirror file has 16.0 MiB",
            ),
            (
                "a.toml",
                17 << 20,
                "it has 17.0 MiB, and a mirror file has 16.0 MiB",
            ),
            (
                "a",
                129 << 20,
                "it has 129.0 MiB, and an image list has 128.0 MiB",
            ),
        ] {
            sized(name, size);
            let found = read_main(folder.path(), Some(Path::new(name)));
            let found = found.unwrap_err().to_string();
            assert!(
                found.contains(&format!("cannot read `{name}`: {part}")),
                "{found}"
            );
        }
        // What it is, its text alone tells.
        let text = "version: 1\n".to_owned() + &"#".repeat(16 << 20);
        std::fs::write(folder.path().join("b"), text).unwrap();
        let found = read_main(folder.path(), Some(Path::new("b")));
        let found = found.unwrap_err().to_string();
        assert!(
            found.contains("a mirror file has 16.0 MiB at most"),
            "{found}"
        );
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
