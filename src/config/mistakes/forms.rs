//! Lines as other programs print or read them.

use crate::config::image_list_line::parse_line;
use crate::model::{Text, check_tag};

use super::columns::is_image;
use super::mistake::{Line, Mistake, one_a_line};

/// What prints a table, how its header begins, and how to make it print images alone.
pub(super) struct Table {
    header: &'static [&'static str],
    pub(super) what: fn() -> Text,
    pub(super) help: fn() -> Text,
}

impl Table {
    /// Says of a line that it is of this table.
    fn mistake(&self, line: &Line<'_>) -> Mistake {
        Mistake::other_form(line, &(self.what)()).help((self.help)())
    }
}

const DOCKER_IMAGES: Table = Table {
    header: &["REPOSITORY", "TAG"],
    what: || text!("what `docker images` prints", "命令 `docker images` 的输出"),
    help: || {
        text!(
            "`docker images --format '{{{{.Repository}}}}:{{{{.Tag}}}}'` prints one image a line",
            "`docker images --format '{{{{.Repository}}}}:{{{{.Tag}}}}'` 一行列出一个镜像"
        )
    },
};

const DOCKER_PS: Table = Table {
    header: &["CONTAINER", "ID", "IMAGE"],
    what: || text!("what `docker ps` prints", "命令 `docker ps` 的输出"),
    help: || {
        text!(
            "`docker ps --format '{{{{.Image}}}}'` prints one image a line",
            "`docker ps --format '{{{{.Image}}}}'` 一行列出一个镜像"
        )
    },
};

const KUBECTL: Table = Table {
    header: &["NAME", "READY", "STATUS"],
    what: || {
        text!(
            "what `kubectl get pods` prints",
            "命令 `kubectl get pods` 的输出"
        )
    },
    help: || {
        let command = r#"kubectl get pods -A -o jsonpath='{range .items[*].spec.containers[*]}{.image}{"\n"}{end}'"#;
        text!(
            "`{command}` prints one image a line",
            "`{command}` 一行列出一个镜像"
        )
    },
};

/// The tables whose header tells which program printed them.
const TABLES: [Table; 7] = [
    DOCKER_IMAGES,
    DOCKER_PS,
    KUBECTL,
    Table {
        header: &["NAMESPACE", "NAME", "READY"],
        ..KUBECTL
    },
    Table {
        header: &["IMAGE", "TAG", "IMAGE", "ID"],
        what: || text!("what `crictl images` prints", "命令 `crictl images` 的输出"),
        help: || {
            text!(
                "`crictl images -o json | jq -r '.images[].repoTags[]'` prints one image a line",
                "`crictl images -o json | jq -r '.images[].repoTags[]'` 一行列出一个镜像"
            )
        },
    },
    Table {
        header: &["IMAGE", "ID", "DISK", "USAGE"],
        ..DOCKER_IMAGES
    },
    Table {
        header: &["REF", "TYPE", "DIGEST"],
        what: || text!("what `ctr images ls` prints", "命令 `ctr images ls` 的输出"),
        help: || {
            text!(
                "`ctr images ls -q` prints one image a line",
                "`ctr images ls -q` 一行列出一个镜像"
            )
        },
    },
];

/// The words of which headers are made.
const HEADINGS: [&str; 23] = [
    "arch",
    "architecture",
    "dest",
    "destination",
    "digest",
    "id",
    "image",
    "images",
    "name",
    "names",
    "os",
    "platform",
    "platforms",
    "repo",
    "repository",
    "size",
    "source",
    "src",
    "tag",
    "tags",
    "target",
    "version",
    "versions",
];

/// Returns the words of a line that could be a header.
fn headings(text: &str) -> Option<Vec<String>> {
    if text.contains(['$', '=']) {
        return None;
    }
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let known = |word: &&str| HEADINGS.contains(&word.to_ascii_lowercase().as_str());
    let shouted = !text.chars().any(char::is_lowercase);
    (words.iter().all(known) && (words.len() > 1 || (shouted && !words.is_empty())))
        .then(|| words.into_iter().map(str::to_ascii_uppercase).collect())
}

/// Returns what a line is the header of: a table of these words.
pub(super) fn table(text: &str) -> Option<Table> {
    let words = headings_of_a_program(text).or_else(|| headings(text))?;
    let begins = |table: &Table| {
        words
            .iter()
            .map(String::as_str)
            .take(table.header.len())
            .eq(table.header.iter().copied())
    };
    let found = TABLES.into_iter().find(begins);
    let columns = text
        .split_whitespace()
        .count()
        .max(text.split([',', ';', '|']).count());
    match found {
        Some(table) => Some(table),
        None if columns > 1 => Some(Table {
            header: &[],
            what: || text!("a table with a header", "一张带表头的表"),
            help: one_a_line,
        }),
        None => None,
    }
}

/// Returns the words of a header in capitals, which may have words that nobody knows.
fn headings_of_a_program(text: &str) -> Option<Vec<String>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let capitals = |word: &&str| {
        word.len() > 1
            && word
                .chars()
                .all(|c| c.is_ascii_uppercase() || "()-_".contains(c))
    };
    (words.len() > 2 && words.iter().all(capitals))
        .then(|| words.into_iter().map(str::to_owned).collect())
}

/// `IMAGE:TAG`, `REPOSITORY  TAG  IMAGE ID`
pub(super) fn header(line: &Line<'_>) -> Option<Mistake> {
    let text = line.text.trim();
    if let Some(table) = table(text) {
        return Some(table.mistake(line));
    }
    headings(text)?;
    let mistake = Mistake::new(
        "header",
        text!("this is a header, not an image", "这是表头，不是镜像"),
        line.from(&line.words[0]),
    );
    Some(mistake.help(text!(
        "leave it out, or make it a comment: `# {text}`",
        "去掉它，或者改成注释：`# {text}`"
    )))
}

/// The rows of such tables.
pub(super) fn listed_by_a_program(line: &Line<'_>) -> Option<Mistake> {
    let words: Vec<&str> = line.words.iter().map(|word| word.text).collect();
    let of = |table: Table| table.mistake(line);
    match words.as_slice() {
        [count, rest @ ..] if is_number(count) && is_line(&rest.join(" ")) => {
            let what = text!("what `uniq -c` prints", "命令 `uniq -c` 的输出");
            let mistake = Mistake::other_form(line, &what);
            Some(
                mistake
                    .help(text!("`sort -u` prints no counts", "`sort -u` 不带计数"))
                    .mended(rest.join(" ")),
            )
        }
        [id, image, command, ..] if is_id(id) && is_image(image) && command.starts_with('"') => {
            Some(of(DOCKER_PS).mended(*image))
        }
        [_, ready, status, _, ..]
            if is_fraction(ready) && status.starts_with(char::is_alphabetic) =>
        {
            Some(of(KUBECTL))
        }
        [image, id, _, ..] if is_image(image) && image.contains(':') && is_id(id) => {
            Some(of(DOCKER_IMAGES).mended(*image))
        }
        [repository, tag, id, _, ..]
            if (is_id(id) || id.starts_with("sha256:")) && is_image(repository) =>
        {
            let mistake = of(DOCKER_IMAGES);
            let named = check_tag(tag).is_ok() && !repository.contains('@');
            Some(if named {
                mistake.mended(format!("{repository}:{tag}"))
            } else {
                mistake
            })
        }
        _ => None,
    }
}

/// Tells whether a word is the short name of an image or a container.
fn is_id(word: &str) -> bool {
    let hex = word.strip_prefix("sha256:").unwrap_or(word);
    (matches!(hex.len(), 12 | 13 | 64) && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
        && hex.bytes().any(|byte| byte.is_ascii_digit())
}

/// Tells whether a text would be a line with an image.
fn is_line(text: &str) -> bool {
    parse_line(text).is_ok_and(|image| image.is_some())
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// `1/2`
fn is_fraction(word: &str) -> bool {
    word.split_once('/')
        .is_some_and(|(one, all)| is_number(one) && is_number(all))
}

/// `2026-06-01 12:00:00 pulling nginx`, `Status: Downloaded newer image for nginx:1.27`
pub(super) fn log(line: &Line<'_>) -> Option<Mistake> {
    const LEVELS: [&str; 9] = [
        "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "FATAL", "PANIC",
    ];
    const BEGINNINGS: [&str; 7] = [
        "time=",
        "level=",
        "Status: ",
        "Digest: ",
        "Using default tag",
        "Trying to pull ",
        "Error ",
    ];
    const PARTS: [&str; 5] = [
        ": Pulling from ",
        ": Pull complete",
        ": Already exists",
        ": Download complete",
        " level=",
    ];
    let first = line.words.first().filter(|_| line.words.len() > 1)?;
    let text = line.text.trim();
    let word = first.text.trim_matches(['[', ']', ':', '|', '(', ')']);
    let level = word.split('[').next().unwrap_or(word).to_ascii_uppercase();
    let is_log = LEVELS.contains(&level.as_str())
        || is_date(word)
        || is_klog(word)
        || BEGINNINGS.iter().any(|begins| text.starts_with(begins))
        || PARTS.iter().any(|part| text.contains(part));
    is_log.then(|| {
        Mistake::other_form(line, &text!("a line of a log", "一行日志")).help(text!(
            "write the images that it names, one a line, such as `nginx:1.27`",
            "把里面的镜像一行写一个，如 `nginx:1.27`"
        ))
    })
}

/// `2026-06-01`, `2026/06/01`, `2026-06-01T12:00:00Z`
fn is_date(word: &str) -> bool {
    let shape: Vec<u8> = word
        .bytes()
        .take(10)
        .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte })
        .collect();
    matches!(shape.as_slice(), b"0000-00-00" | b"0000/00/00")
}

/// `W0601`
fn is_klog(word: &str) -> bool {
    word.len() == 5
        && word.starts_with(['I', 'W', 'E', 'F'])
        && word[1..].bytes().all(|byte| byte.is_ascii_digit())
}
