//! An image list written as a mirror file: the same images under the same names.

use std::collections::HashMap;
use std::fmt;

use crate::model::{Platforms, Reference};
use crate::plan::{Entry, TargetName};

use super::clean::clean;

const HEAD: &str = "\
version: 1
target:
  registry: ${ALIYUN_REGISTRY}
  namespace: ${ALIYUN_NAME_SPACE}
";

/// Writes `entries`, which the image list `list` declares, as a mirror file in YAML.
///
/// A name in an image list depends on the rest of the list. Wherever that matters the name is
/// written out, so that it stays what it is now. Comments stay where they stand.
pub fn mirror_file(entries: &[Entry], list: &str, out: &mut dyn fmt::Write) -> fmt::Result {
    let by_line: HashMap<usize, &Entry> = entries
        .iter()
        .map(|entry| (entry.origin.line, entry))
        .collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for entry in entries {
        *uses.entry(plain_name(&entry.source)).or_default() += 1;
    }
    out.write_str(HEAD)?;
    if entries.is_empty() {
        return writeln!(out, "images: []");
    }
    writeln!(out, "images:")?;
    for (number, line) in (1..).zip(list.lines()) {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.starts_with('#') {
            writeln!(out, "  {}", clean(line))?;
        } else if let Some(entry) = by_line.get(&number) {
            let alone = uses.get(plain_name(&entry.source)) == Some(&1);
            item(entry, &as_written(entry, line), alone, out)?;
        }
    }
    Ok(())
}

fn item(entry: &Entry, source: &str, alone: bool, out: &mut dyn fmt::Write) -> fmt::Result {
    let named = !alone || entry.target != plain_target(&entry.source);
    if !named && !entry.platforms_declared {
        return writeln!(out, "  - {}", scalar(source));
    }
    writeln!(out, "  - source: {}", scalar(source))?;
    if entry.platforms_declared {
        match &entry.platforms {
            Platforms::All => writeln!(out, "    platforms: all")?,
            Platforms::Only(platforms) => {
                let platforms: Vec<_> = platforms.iter().map(ToString::to_string).collect();
                writeln!(out, "    platforms: [{}]", platforms.join(", "))?;
            }
        }
    }
    if named {
        writeln!(out, "    target: {}", scalar(&entry.target.to_string()))?;
    }
    Ok(())
}

/// Returns the source as its line writes it, as long as that is what the entry holds.
fn as_written(entry: &Entry, line: &str) -> String {
    let written = line.split_whitespace().last().unwrap_or_default();
    match written.parse::<Reference>() {
        Ok(source) if source == entry.source => written.to_owned(),
        _ => entry.source.to_string(),
    }
}

fn plain_name(source: &Reference) -> &str {
    let path = source.repository().name.as_str();
    path.rsplit('/').next().unwrap_or(path)
}

fn plain_target(source: &Reference) -> TargetName {
    TargetName {
        repository: plain_name(source).to_owned(),
        tag: source.tag().unwrap_or("latest").to_owned(),
    }
}

/// Quotes what YAML could take for something else than a text: `no`, `1.5`, `12:30`.
fn scalar(text: &str) -> String {
    let starts_with_letter = text.starts_with(|c: char| c.is_ascii_lowercase());
    if starts_with_letter && text.contains([':', '/']) {
        text.to_owned()
    } else {
        format!("\"{text}\"")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::{Input, Loaded, load};

    fn loaded(path: &str, text: &str) -> Loaded {
        let variables = [
            ("ALIYUN_REGISTRY", "registry.example.com"),
            ("ALIYUN_NAME_SPACE", "team"),
        ];
        let environment: BTreeMap<_, _> = variables
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        load(&Input {
            path,
            text,
            environment: &environment,
            read: &|_| Err("no file".to_owned()),
        })
    }

    fn imported(list: &str) -> String {
        let mut yaml = String::new();
        mirror_file(&loaded("images.txt", list).entries, list, &mut yaml).unwrap();
        yaml
    }

    #[test]
    fn a_mirror_file_declares_what_the_list_did() {
        let pinned = format!("bitnami/redis@sha256:{}", "0".repeat(64));
        let lists = [
            "",
            "nginx\n",
            "\u{feff}nginx:1.27\r\n\r\n  # a comment \u{7}\r\n--platform=linux/aarch64 redis",
            "xhofe/alist:latest\n--platform linux/arm64 xiaoyaliu/alist\nalist\n",
            "nginx:1.25\ndocker.io/library/nginx:1.26\ngcr.io/a/b/c/x:1\n127.0.0.1:5000/a:1\n",
            "no\n7\n1.5\n12:30\n",
            &format!("{pinned}\nother/redis\nredis:7@sha256:{}\n", "1".repeat(64)),
        ];
        for list in lists {
            let yaml = imported(list);
            let (before, after) = (loaded("images.txt", list), loaded("mirror.yaml", &yaml));
            assert_eq!(before.target, after.target, "{yaml}");
            let wanted = |loaded: &Loaded| -> Vec<_> {
                let kept = |entry: &Entry| {
                    (
                        entry.source.clone(),
                        entry.platforms.clone(),
                        entry.platforms_declared,
                        entry.target.clone(),
                    )
                };
                loaded.entries.iter().map(kept).collect()
            };
            assert_eq!(wanted(&before), wanted(&after), "{list}\n{yaml}");
            assert!(after.desired().is_ok(), "{yaml}\n{:?}", after.diagnostics);
        }
    }

    #[test]
    fn comments_stay_and_names_are_written_where_they_matter() {
        let list = "# web\nnginx:1.27\n\n# two of a name\nxhofe/alist\nxiaoyaliu/alist\n";
        let (_, images) = imported(list).split_once("images:\n").map_or_else(
            || (String::new(), String::new()),
            |(head, images)| (head.to_owned(), images.to_owned()),
        );
        insta::assert_snapshot!(images, @r"
        # web
        - nginx:1.27
        # two of a name
        - source: xhofe/alist
          target: xhofe_alist:latest
        - source: xiaoyaliu/alist
          target: xiaoyaliu_alist:latest
        ");
    }
}
