//! Writing beside others, into links, and onto a disk that is full.
#![cfg(unix)]

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::write::Written;
use super::*;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = entries.map(name).collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_file_is_replaced_and_keeps_its_mode() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    write(&file, b"new").unwrap();
    let usual = folder.path().join("usual");
    fs::write(&usual, "").unwrap();
    assert_eq!(mode(&file), mode(&usual));
    for wanted in [0o600, 0o664] {
        fs::set_permissions(&file, fs::Permissions::from_mode(wanted)).unwrap();
        write(&file, b"newer").unwrap();
        assert_eq!(
            (mode(&file), fs::read(&file).unwrap()),
            (wanted, b"newer".into())
        );
    }
    assert_eq!(names(folder.path()), ["file", "usual"]);
}

/// The name under which files were written first could be foreseen, and a link lie there.
#[test]
fn nothing_else_in_the_folder_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let [file, other] = ["file", "other"].map(|name| folder.path().join(name));
    fs::write(&other, "other").unwrap();
    symlink("other", folder.path().join("file.new")).unwrap();
    write(&file, b"new").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"other");
    assert_eq!(names(folder.path()), ["file", "file.new", "other"]);
}

#[test]
fn a_link_stays_one_and_leads_to_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::create_dir(place("sub")).unwrap();
    fs::write(place("sub/file"), "old").unwrap();
    symlink("sub/file", place("link")).unwrap();
    symlink("link", place("link to a link")).unwrap();
    symlink("sub/none yet", place("sub/../dangling")).unwrap();
    for (link, file) in [("link to a link", "sub/file"), ("dangling", "sub/none yet")] {
        write(&place(link), b"new").unwrap();
        assert!(fs::symlink_metadata(place(link)).unwrap().is_symlink());
        assert_eq!(fs::read(place(file)).unwrap(), b"new");
        assert_eq!(
            Identity::of_file(&place(link)),
            Identity::of_file(&place(file))
        );
    }
    assert!(fs::symlink_metadata(place("link")).unwrap().is_symlink());
    assert_eq!(names(&place("sub")), ["file", "none yet"]);
    symlink("b", place("a")).unwrap();
    symlink("a", place("b")).unwrap();
    assert!(write(&place("a"), b"new").is_err());
}

#[test]
fn a_full_disk_leaves_the_old_file_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "old").unwrap();
    let old = fs::metadata(&file).unwrap();
    let full = Written::new(&file, Some(&old), |file| {
        file.write_all(b"ne")?;
        Err(ErrorKind::StorageFull.into())
    });
    assert_eq!(full.err().unwrap().kind(), ErrorKind::StorageFull);
    assert_eq!(fs::read(&file).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn an_error_names_no_file_that_nobody_has_heard_of() {
    let folder = tempfile::tempdir().unwrap();
    let error = write(&folder.path().join("missing/file"), b"new").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(!error.to_string().contains(".pusher-"), "{error}");
}

#[test]
fn many_may_write_one_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let text = |run: u8| vec![run; 10_000];
    std::thread::scope(|scope| {
        for run in 0..8 {
            let file = &file;
            scope.spawn(move || {
                for _ in 0..25 {
                    write(file, &text(run)).unwrap();
                    require_writable(file).unwrap();
                    let read = fs::read(file).unwrap();
                    assert_eq!(read, text(read[0]));
                }
            });
        }
    });
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn to_ask_whether_a_file_can_be_written_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    require_writable(&file).unwrap();
    assert_eq!(names(folder.path()), [""; 0]);
    let kind = |path: &Path| require_writable(path).unwrap_err().kind();
    assert_eq!(kind(folder.path()), ErrorKind::IsADirectory);
    assert_eq!(kind(&file.join("in no folder")), ErrorKind::NotFound);
}

#[test]
fn devices_and_what_is_open_are_never_replaced() {
    for name in ["/dev/null", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/2"] {
        let place = Place::of(Path::new(name)).unwrap();
        assert!(matches!(place, Place::Stream(_)), "{name}: {place:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link");
    symlink("/dev/null", &link).unwrap();
    write(&link, b"nothing").unwrap();
    assert_eq!(fs::read_link(&link).unwrap(), Path::new("/dev/null"));
    assert_eq!(Identity::of_file(&link), None);
}

#[test]
fn one_file_is_one_under_all_its_names() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::create_dir(place("sub")).unwrap();
    symlink("sub", place("same")).unwrap();
    fs::write(place("sub/file"), "").unwrap();
    fs::hard_link(place("sub/file"), place("hard")).unwrap();
    symlink("hard", place("soft")).unwrap();
    let identity = |name: &str| Identity::of_file(&place(name)).unwrap();
    for name in ["sub/./file", "same/file", "hard", "soft", "sub/../sub/file"] {
        assert_eq!(identity(name), identity("sub/file"), "{name}");
    }
    assert_eq!(identity("same/new"), identity("sub/new"));
    assert_ne!(identity("sub/new"), identity("sub/newer"));
    assert_ne!(identity("new"), identity("sub/new"));
    assert_eq!(Identity::of_file(&place("sub")), None);
}

#[test]
fn a_file_has_one_name_from_a_folder_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("lists/a.txt");
    let outside = folder.path().parent().unwrap().join("b.txt");
    let outside = outside.to_str().unwrap();
    for (written, name) in [
        ("images.txt", "images.txt"),
        ("./images.txt", "images.txt"),
        (".//lists/./a.txt", "lists/a.txt"),
        (whole.to_str().unwrap(), "lists/a.txt"),
        ("../a.txt", "../a.txt"),
        ("lists/../a.txt", "lists/../a.txt"),
        (outside, outside),
    ] {
        assert_eq!(called(folder.path(), Path::new(written)), name, "{written}");
    }
    let here = std::path::absolute("a.txt").unwrap();
    for written in [Path::new("a.txt"), &here] {
        assert_eq!(called(Path::new(""), written), "a.txt");
    }
}

#[test]
fn what_a_stranger_names_is_read_in_the_folder_alone() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("folder");
    fs::create_dir_all(folder.join("lists")).unwrap();
    fs::write(place.path().join("secret"), "secret").unwrap();
    fs::write(folder.join("lists/a.txt"), "a").unwrap();
    fs::write(folder.join("large"), "ab").unwrap();
    symlink("lists/a.txt", folder.join("inside")).unwrap();
    symlink("../secret", folder.join("leads-out")).unwrap();
    symlink("..", folder.join("up")).unwrap();
    symlink("nowhere", folder.join("leads-nowhere")).unwrap();
    for name in ["lists/a.txt", "inside"] {
        assert_eq!(read_below(&folder, name, 1).unwrap(), b"a", "{name}");
    }
    let secret = place.path().join("secret");
    let read = |name: &str| match read_below(&folder, name, 1) {
        Ok(_) => "read",
        Err(Astray::Outside) => "outside",
        Err(Astray::Missing) => "missing",
        Err(Astray::NoFile) => "no file",
        Err(Astray::Unreadable(_)) => "unreadable",
    };
    for (name, found) in [
        ("", "no file"),
        ("../secret", "outside"),
        ("lists/../../secret", "outside"),
        ("lists/../lists/a.txt", "outside"),
        (secret.to_str().unwrap(), "outside"),
        ("leads-out", "outside"),
        ("up/secret", "outside"),
        ("leads-nowhere", "missing"),
        ("missing", "missing"),
        ("lists/a.txt/b", "missing"),
        ("lists", "no file"),
        ("large", "unreadable"),
        ("a\0b", "unreadable"),
    ] {
        assert_eq!(read(name), found, "{name}");
    }
}

#[test]
fn a_new_file_goes_over_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/new.txt");
    create(&path, b"first").unwrap();
    let again = create(&path, b"second").unwrap_err();
    assert_eq!(again.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read(&path).unwrap(), b"first");
    let beside = std::fs::read_dir(path.parent().unwrap()).unwrap();
    assert_eq!(beside.count(), 1, "nothing is left of the other one");
}
