//! What is not done, and what is said of it.

use pusher::config::edit::{News, Refused};

use super::typed;

fn refused(line: &str, path: &str, text: &str) -> String {
    match typed(line, path, text, "") {
        Err(Refused::Because { message, hint }) => {
            let hint = hint.map(|hint| format!(" | {}", hint.english()));
            format!("{}{}", message.english(), hint.unwrap_or_default())
        }
        Err(Refused::Mistakes { told, .. }) => {
            let codes: Vec<_> = told.iter().map(|told| told.code).collect();
            codes.join(" ")
        }
        Ok(edited) => panic!("{line}\n{text}\n{edited:?}"),
    }
}

#[test]
fn what_is_there_already_changes_nothing() {
    for (line, path, text) in [
        ("add nginx", "images.txt", "nginx\n"),
        (
            "add docker.io/library/nginx:latest",
            "images.txt",
            "nginx\n",
        ),
        (
            "add nginx --platform linux/aarch64",
            "images.dockerfile",
            "FROM --platform=linux/aarch64 nginx\n",
        ),
        (
            "add nginx --target web",
            "mirror.yaml",
            "version: 1\nimages: [{source: nginx, target: web}]\n",
        ),
        (
            "set nginx --target web",
            "mirror.yaml",
            "version: 1\nimages: [{source: nginx, target: web}]\n",
        ),
    ] {
        let edited = typed(line, path, text, "").unwrap();
        assert_eq!(edited.files, [], "{line}");
        assert!(
            matches!(&edited.news[..], [News::There(_) | News::IsSo(_)]),
            "{line}: {:?}",
            edited.news
        );
    }
    let text = "version: 1\nimages: [{source: nginx, target: web}]\n";
    let edited = typed("set nginx --target web", "mirror.yaml", text, "").unwrap();
    assert!(matches!(&edited.news[..], [News::IsSo(_)]));
    let edited = typed("add nginx redis redis", "images.txt", "nginx\n", "").unwrap();
    assert_eq!(edited.files[0].text, "nginx\nredis\n");
    assert!(matches!(&edited.news[..], [News::There(_), News::Added(_)]));
}

#[test]
fn what_is_in_the_way_is_named_with_its_place() {
    let yaml = "version: 1\nimages:\n  - nginx:1\n  - {source: a/b:2, target: web}\n";
    for (line, path, text, told) in [
        (
            "add nginx:1 --target www",
            "mirror.yaml",
            yaml,
            "`docker.io/library/nginx:1` is declared already, as `nginx:1`: mirror.yaml:3 | \
             `pusher set nginx:1 --target www` gives it that name",
        ),
        (
            "add nginx:1 --platform linux/arm64",
            "mirror.yaml",
            yaml,
            "the name `nginx:1` is that of `docker.io/library/nginx:1` already: mirror.yaml:3 | `pusher set nginx:1 \
             --platform …` changes its platforms; `--target NAME` gives these another name",
        ),
        (
            "add redis:2 --target web",
            "mirror.yaml",
            yaml,
            "the name `web:2` is that of `docker.io/a/b:2` already: mirror.yaml:4 | give it another one: `--target NAME`",
        ),
        (
            "add quay.io/foo/bar:1",
            "images.txt",
            "ghcr.io/foo/bar:1\n",
            "the name `bar:1` is that of `ghcr.io/foo/bar:1` already: images.txt:1 | an image list has no names of its own: \
             a mirror file has",
        ),
        (
            "add nginx --platform linux/amd64",
            "images.txt",
            "\nnginx\n",
            "`docker.io/library/nginx:latest` is declared already, as `nginx:latest`: images.txt:2",
        ),
        (
            "add a/alist b/alist",
            "mirror.yaml",
            "version: 1\nimages: [c/alist, {source: d/x, target: \"a_alist:latest\"}]\n",
            "the name `a_alist:latest` is that of `docker.io/d/x:latest` already: mirror.yaml:2 | give it another one: \
             `--target NAME`",
        ),
    ] {
        assert_eq!(refused(line, path, text), told);
    }
}

#[test]
fn mistakes_are_told_as_check_does() {
    let yaml = "version: 1\nimages:\n  - nginx:1\n";
    for (line, path, text, told) in [
        ("add nginx:1:2", "images.txt", "", "tag"),
        ("add Nginx", "mirror.yaml", yaml, "upper-case"),
        ("add a/b --platform arm", "images.txt", "", "not-a-platform"),
        (
            "add a/b --platform linux/amd65,linux",
            "mirror.yaml",
            yaml,
            "not-a-platform not-a-platform",
        ),
        (
            "add a/b --target a:b:c",
            "mirror.yaml",
            yaml,
            "not-a-target",
        ),
        (
            "set nginx:1 --target a:b:c",
            "mirror.yaml",
            yaml,
            "not-a-target",
        ),
        (
            "set nginx:1 --platform x/y/z/w",
            "mirror.yaml",
            yaml,
            "not-a-platform",
        ),
        ("add redis", "images.txt", "nginx 1\n", "blank-in-image"),
        (
            "remove nginx",
            "mirror.yaml",
            "images: [nginx]\n",
            "missing-key",
        ),
        (
            "remove nginx",
            "mirror.yaml",
            "version: 1\nimages: [nginx\n",
            "syntax",
        ),
    ] {
        assert_eq!(refused(line, path, text), told, "{line}");
    }
}

#[test]
fn a_mistake_in_what_was_typed_has_no_place_in_a_file_that_was_not_written() {
    let yaml = "version: 1\nimages:\n  - nginx:1\n  - {source: redis:7, platforms: [linux/386]}\n";
    for (line, related, help) in [
        ("add Nginx", 0, Some("write `nginx`")),
        ("add nginx:1:2", 0, None),
        ("set redis:7 --platform linux", 0, Some("write operating")),
    ] {
        let Err(Refused::Mistakes { told, .. }) = typed(line, "mirror.yaml", yaml, "") else {
            panic!("{line}")
        };
        assert_eq!(told[0].place, None, "{line}");
        assert_eq!(told[0].replacement, None, "{line}");
        assert_eq!(told[0].related.len(), related, "{line}");
        let said = told[0].help.as_ref().map_or("", |help| help.english());
        assert!(said.starts_with(help.unwrap_or_default()), "{line}: {said}");
    }
    let Err(Refused::Mistakes { told, .. }) = typed("add redis", "images.txt", "nginx 1\n", "")
    else {
        panic!()
    };
    assert!(told[0].place.is_some(), "what is in the file has its place");
}

/// The names at the first target are told; what goes wrong at another is a mistake as well.
#[test]
fn every_target_is_looked_at() {
    let text = "version: 1\ntargets:\n  a: { registry: a.example.com, naming: \"{host}/{path}\" }\n  \
                b: { registry: b.example.com }\nimages:\n  - ghcr.io/foo/bar:1\n";
    let add = "add quay.io/foo/bar:1";
    assert_eq!(refused(add, "mirror.yaml", text), "same-target");
    let edited = typed("add quay.io/foo/baz:1", "mirror.yaml", text, "").unwrap();
    assert_eq!(
        edited.files[0].text,
        format!("{text}  - quay.io/foo/baz:1\n")
    );
    let [News::Added(image)] = &edited.news[..] else {
        panic!("{:?}", edited.news)
    };
    assert_eq!(
        image.names.to_string(),
        "`quay.io/foo/baz:1` (a), `baz:1` (b)"
    );
}

/// The names of every target, of which the second cannot be understood without a variable.
#[test]
fn an_image_has_the_names_of_every_target() {
    let text = "version: 1\ntargets:\n  a: { registry: a.example.com }\n  \
                b: { registry: \"${B}\", naming: path }\nimages:\n  - library/alpine:3\n  - org/app:1\n";
    for (name, rest) in [
        ("library/alpine:3", "  - org/app:1\n"),
        ("library/alpine", "  - org/app:1\n"),
        ("org/app:1", "  - library/alpine:3\n"),
        ("app", "  - library/alpine:3\n"),
    ] {
        let edited = typed(&format!("remove {name}"), "mirror.yaml", text, "").unwrap();
        assert!(edited.files[0].text.ends_with(&format!("images:\n{rest}")));
    }
    let edited = typed("remove org/app", "mirror.yaml", text, "").unwrap();
    let [News::Removed(image)] = &edited.news[..] else {
        panic!("{:?}", edited.news)
    };
    assert_eq!(image.names.to_string(), "`app:1` (a), `org/app:1` (b)");
    let told = refused("remove library/alpin:3", "mirror.yaml", text);
    assert!(told.ends_with("did you mean `library/alpine:3`?"), "{told}");
    // What changes at one target only is told of that one.
    let edited = typed("add quay.io/other/app:1", "mirror.yaml", text, "").unwrap();
    let [News::Added(_), News::Renamed { image, before }] = &edited.news[..] else {
        panic!("{:?}", edited.news)
    };
    assert_eq!(image.names.to_string(), "`org_app:1` (a)");
    assert_eq!(before.to_string(), "`app:1` (a)");
    let edited = typed("set app --target web", "mirror.yaml", text, "").unwrap();
    let [News::Moved { image, before }] = &edited.news[..] else {
        panic!("{:?}", edited.news)
    };
    assert_eq!(image.names.to_string(), "`web:1` (a), `web:1` (b)");
    assert_eq!(before.to_string(), "`app:1` (a), `org/app:1` (b)");
    // A name may be that of one image here and of another one there.
    let text = "version: 1\ntargets:\n  a: { registry: a.example.com, naming: \"{name}\" }\n  \
                b: { registry: b.example.com, naming: \"x-{name}\" }\nimages: [a/x-web:1, a/web:1]\n";
    assert_eq!(
        refused("remove x-web:1", "mirror.yaml", text),
        "`x-web:1` may be any of these: `x-web:1` (mirror.yaml:5), `web:1` (mirror.yaml:5) | name the one that is meant by \
         its source"
    );
}

#[test]
fn an_empty_text_is_told_as_such() {
    for (line, told) in [
        (
            "add ",
            "an empty text is no image | perhaps a variable of the shell is empty",
        ),
        ("remove ", "an empty text is no image |"),
        ("set  --target x", "an empty text is no image |"),
        ("set redis:7 --platform ", "an empty text is no platform |"),
        (
            "add a --platform linux/386,",
            "an empty text is no platform |",
        ),
        ("add a --target ", "an empty text is no name |"),
    ] {
        let found = refused(line, "images.txt", "redis:7\n");
        assert!(found.starts_with(told), "{line}: {found}");
    }
}

#[test]
fn what_is_meant_has_to_be_clear() {
    let list = "nginx:1\n--platform=linux/arm64 nginx:1\nredis:7\n";
    for (line, path, text, told) in [
        (
            "remove nginx:1 --platform linux/arm64",
            "images.dockerfile",
            "FROM nginx:1 AS a\nFROM nginx:1 AS b\n",
            "`nginx:1` may be any of these: `a:1` (images.dockerfile:1), `b:1` (images.dockerfile:2) | name the one that is \
             meant by its name in the target",
        ),
        (
            "remove nginx",
            "images.txt",
            list,
            "`nginx` may be any of these: `nginx:1` (images.txt:1), `linux_arm64_nginx:1` (images.txt:2) | name the one that \
             is meant by its name in the target",
        ),
        (
            "set nginx --target web",
            "mirror.yaml",
            "version: 1\nimages:\n  - nginx\n  - docker.io/library/nginx\n",
            "`docker.io/library/nginx:latest` is declared twice: mirror.yaml:3, mirror.yaml:4 | keep one of them",
        ),
        (
            "remove rediss:7",
            "images.txt",
            list,
            "`rediss:7` is no declared image | did you mean `redis:7`?",
        ),
        (
            "set postgres --platform all",
            "images.txt",
            list,
            "`postgres` is no declared image | name it as `pusher list` does: by its source or its target",
        ),
        (
            "add a --platform linux/amd64,linux/arm64",
            "images.txt",
            list,
            "a line of an image list has one platform | `pusher import images.txt` writes it as a mirror file, which can say \
             that",
        ),
        (
            "set redis --target x",
            "images.txt",
            list,
            "an image list has no names of its own | `pusher import images.txt` writes it as a mirror file, which can say \
             that",
        ),
        ("add #", "images.txt", list, "`#`: "),
        (
            "set redis:7 --platform linux/386\na",
            "images.txt",
            list,
            "`linux/386\na` is no word for a file",
        ),
        (
            "add a\nb",
            "images.txt",
            list,
            "`a\nb` is no word for a file",
        ),
        (
            "set nginx:1 --target x",
            "mirror.yaml",
            "version: 1\nimages: [{source: nginx, tags: [1, 2]}]",
            "`docker.io/library/nginx:1` is one of several tags that are declared together: mirror.yaml:2 | name them all: \
             `nginx`",
        ),
    ] {
        let found = refused(line, path, text);
        assert!(found.starts_with(told), "{line}: {found}");
    }
}

#[test]
fn what_cannot_be_changed_safely_stays() {
    let hint = "is laid out in a way that this command cannot change safely";
    for (line, text) in [
        (
            "remove nginx",
            "version: 1\nimages:\n  - {source: nginx, platforms: &p [linux/386]}\n  - {source: redis, platforms: *p}\n",
        ),
        (
            "set nginx --platform linux/arm64",
            "version: 1\nimages:\n  - {source: nginx, platforms: &p [linux/386]}\n  - {source: redis, platforms: *p}\n",
        ),
        (
            "set nginx --target x",
            "version: 1\nimages:\n  - &x nginx\n",
        ),
        (
            "add redis",
            "version: 1\ninclude: &i [images.txt]\nimages: *i\n",
        ),
    ] {
        let found = refused(line, "mirror.yaml", text);
        assert!(found.contains(hint), "{line}: {found}");
    }
}
