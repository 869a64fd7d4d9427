//! Every layout that a file may have, before and after.

use super::{typed, written};

/// Holds what is written against what is expected, and takes it back again where it was added.
fn each(path: &str, cases: &[(&str, &str, &str)]) {
    for (line, text, expected) in cases {
        assert_eq!(written(line, path, text), *expected, "{line}\n{text}");
    }
}

#[test]
fn a_list_gets_and_loses_lines() {
    each(
        "images.txt",
        &[
            ("add redis:7", "", "redis:7\n"),
            ("add redis:7 alpine", "nginx", "nginx\nredis:7\nalpine"),
            (
                "add redis:7 --platform linux/arm64",
                "\u{feff}# web\r\nnginx\r\n",
                "\u{feff}# web\r\nnginx\r\n--platform=linux/arm64 redis:7\r\n",
            ),
            (
                "remove nginx",
                "# web\n nginx:latest \n# end",
                "# web\n# end",
            ),
            (
                "remove docker.io/library/nginx:latest redis:7",
                "nginx\n\nredis:7",
                "",
            ),
            ("remove nginx", "a/b\r\nnginx", "a/b"),
            (
                "remove nginx",
                "nginx\na/b\ndocker.io/library/nginx:latest\n",
                "a/b\n",
            ),
            (
                "remove nginx:latest",
                "nginx\na/b\ndocker.io/library/nginx\n",
                "a/b\n",
            ),
            (
                "remove linux_arm64_nginx",
                "nginx\n--platform=linux/arm64 nginx\n",
                "nginx\n",
            ),
            (
                "set nginx --platform linux/arm64",
                "\u{feff}\tnginx\t\n# c",
                "\u{feff}\t--platform=linux/arm64 nginx\t\n# c",
            ),
        ],
    );
    each(
        "images.dockerfile",
        &[
            ("add redis:7", "FROM nginx\n", "FROM nginx\nFROM redis:7\n"),
            (
                "add redis:7 --platform linux/arm64 --target cache",
                "# c\n",
                "# c\nFROM --platform=linux/arm64 redis:7 AS cache\n",
            ),
            (
                "remove web:1",
                "from nginx:1 as web\nFROM redis\n",
                "FROM redis\n",
            ),
            (
                "set web --target www:2",
                "from nginx:1 as web\nFROM redis\n",
                "from nginx:1 as www:2\nFROM redis\n",
            ),
        ],
    );
}

#[test]
fn yaml_gets_an_item_whatever_its_layout() {
    let with = |before: &str| format!("version: 1\n{before}");
    for (line, text, expected) in [
        (
            "add redis",
            "images: # these\n  - nginx:1.27 # web\n  # more\n\n# end\n",
            "images: # these\n  - nginx:1.27 # web\n  - redis\n  # more\n\n# end\n",
        ),
        (
            "add redis a/b:1",
            "images:\n- 'nginx'\ninclude: []",
            "images:\n- 'nginx'\n- 'redis'\n- 'a/b:1'\ninclude: []",
        ),
        (
            "add redis --platform linux/amd64,linux/arm64 --target cache:7",
            "images:\n  - nginx",
            "images:\n  - nginx\n  - source: redis\n    platforms: [linux/amd64, linux/arm64]\n    target: cache:7",
        ),
        (
            "add redis --platform all",
            "images:\n  - {source: nginx}\n...\n",
            "images:\n  - {source: nginx}\n  - { source: redis, platforms: all }\n...\n",
        ),
        ("add redis", "images: []\n", "images: [redis]\n"),
        (
            "add redis",
            "images: [ ] # none\n",
            "images: [redis ] # none\n",
        ),
        ("add redis", "images: ~\n", "images: [redis]\n"),
        (
            "add redis",
            "images: null # c\nprune: false\n",
            "images: [redis] # c\nprune: false\n",
        ),
        (
            "add redis",
            "images:\n# c\ninclude: []\n",
            "images:\n  - redis\n# c\ninclude: []\n",
        ),
        ("add redis", "images:", "images:\n  - redis"),
        (
            "add redis --target cache",
            "images: [nginx, \"a/b\"] # c\n",
            "images: [nginx, \"a/b\", { source: \"redis\", target: \"cache\" }] # c\n",
        ),
        (
            "add redis",
            "images: [\n  nginx, # web\n  a/b # last\n  # end\n]\n",
            "images: [\n  nginx, # web\n  a/b, # last\n  redis\n  # end\n]\n",
        ),
        (
            "add redis",
            "defaults: {}\n# images:\n#  - nginx\n\n",
            "defaults: {}\n# images:\n#  - nginx\nimages:\n  - redis\n\n",
        ),
        (
            "add redis",
            "defaults:\n  platforms: all\n...\n",
            "defaults:\n  platforms: all\nimages:\n  - redis\n...\n",
        ),
        (
            "add redis",
            "images: &i\n  - &x {source: nginx}\n  - source: a/b\n    platforms: &p [linux/amd64]\n",
            "images: &i\n  - &x {source: nginx}\n  - source: a/b\n    platforms: &p [linux/amd64]\n  - redis\n",
        ),
        (
            "add redis",
            "images:\n  -\tnginx\t# c\n  -   >-\n      a/b\n",
            "images:\n  -\tnginx\t# c\n  -   >-\n      a/b\n  - redis\n",
        ),
    ] {
        let (text, expected) = (with(text), with(expected));
        assert_eq!(written(line, "mirror.yaml", &text), expected);
        let (windows, expected) = (text.replace('\n', "\r\n"), expected.replace('\n', "\r\n"));
        let marked = format!("\u{feff}{windows}");
        assert_eq!(
            written(line, "mirror.yaml", &marked),
            format!("\u{feff}{expected}")
        );
    }
}

#[test]
fn json_stays_json() {
    each(
        "mirror.json",
        &[
            (
                "add redis",
                "{\"version\": 1, \"images\": [\"nginx\"]}\n",
                "{\"version\": 1, \"images\": [\"nginx\", \"redis\"]}\n",
            ),
            (
                "add redis --target a:1",
                "{\n  \"version\": 1\n}\n",
                "{\n  \"version\": 1,\n  \"images\": [{ \"source\": \"redis\", \"target\": \"a:1\" }]\n}\n",
            ),
        ],
    );
}

#[test]
fn yaml_loses_an_item_whatever_its_layout() {
    let with = |before: &str| format!("version: 1\n{before}");
    for (line, text, expected) in [
        (
            "remove nginx",
            "images:\n  # web\n  - nginx # c\n  # db\n  - redis\n",
            "images:\n  # web\n  # db\n  - redis\n",
        ),
        ("remove nginx", "images:\n  - nginx", "images:"),
        (
            "remove nginx",
            "images:\n  - redis\n  -\n    # c\n    source: nginx\n\n    target: a\n\n  - a/b\n",
            "images:\n  - redis\n\n  - a/b\n",
        ),
        (
            "remove a/b",
            "images: [nginx, a/b, redis]",
            "images: [nginx, redis]",
        ),
        (
            "remove redis",
            "images: [nginx, a/b, redis]",
            "images: [nginx, a/b]",
        ),
        ("remove nginx", "images: [nginx]\n", "images: []\n"),
        (
            "remove nginx",
            "images:\n  - &x nginx\n  - redis\n  - *x\n",
            "images:\n  - redis\n",
        ),
        (
            "remove redis",
            "images:\n  - &x nginx\n  - redis\n  - *x\n",
            "images:\n  - &x nginx\n  - *x\n",
        ),
        (
            "remove nginx:1",
            "images:\n  - source: nginx\n    tags: [1, 2] # c\n  - redis\n",
            "images:\n  - source: nginx\n    tags: [2] # c\n  - redis\n",
        ),
        (
            "remove nginx:1",
            "images:\n  - source: nginx\n    tags:\n      - \"1\"\n      - \"2\"\n  - redis\n",
            "images:\n  - source: nginx\n    tags:\n      - \"2\"\n  - redis\n",
        ),
        (
            "remove nginx:1",
            "images:\n  - source: nginx\n    tags: [1, 2]\n    select: {glob: \"*\"}\n",
            "images:\n  - source: nginx\n    tags: [2]\n    select: {glob: \"*\"}\n",
        ),
        (
            "remove nginx:1 nginx:2",
            "images:\n  - source: nginx\n    tags: [1, 2] # c\n  - redis\n",
            "images:\n  - redis\n",
        ),
        (
            "remove nginx",
            "images:\n  - redis\n  - source: nginx\n    tags: [\"1\"]\n    select: {glob: \"*\"}\n",
            "images:\n  - redis\n",
        ),
    ] {
        assert_eq!(written(line, "mirror.yaml", &with(text)), with(expected));
    }
}

#[test]
fn keys_of_yaml_are_set_where_they_stand() {
    let with = |before: &str| format!("version: 1\nimages:{before}");
    for (line, text, expected) in [
        (
            "set nginx --platform all",
            "\n  -  nginx # web\n  - redis\n",
            "\n  -  source: nginx # web\n     platforms: all\n  - redis\n",
        ),
        (
            "set nginx --target web --platform linux/arm64",
            " ['nginx', redis]\n",
            " [{ source: 'nginx', platforms: ['linux/arm64'], target: 'web' }, redis]\n",
        ),
        (
            "set nginx --target www:2",
            "\n  - source: nginx\n    target: 'web:1' # c\n",
            "\n  - source: nginx\n    target: 'www:2' # c\n",
        ),
        (
            "set nginx --platform linux/arm64,linux/amd64",
            "\n  - source: nginx\n    platforms:\n      # old\n      - linux/386 # c\n      - linux/amd64 # this\n",
            "\n  - source: nginx\n    platforms:\n      # old\n      - linux/amd64 # this\n      - linux/arm64\n",
        ),
        (
            "set nginx --platform linux/arm64,linux/amd64",
            "\n  - {source: nginx, platforms: [linux/x86_64]}",
            "\n  - {source: nginx, platforms: [linux/x86_64, linux/arm64]}",
        ),
        (
            "set nginx --platform linux/arm64",
            "\n  - {source: nginx, platforms: linux/amd64}",
            "\n  - {source: nginx, platforms: linux/arm64}",
        ),
        (
            "set nginx --platform linux/arm64,linux/amd64",
            "\n  - source: nginx\n    platforms: all\n  - redis",
            "\n  - source: nginx\n    platforms: [linux/arm64, linux/amd64]\n  - redis",
        ),
        (
            "set nginx --platform all",
            "\n  - source: nginx\n    platforms:\n      - linux/386 # c\n    target: a\n",
            "\n  - source: nginx\n    platforms: all\n    target: a\n",
        ),
        (
            "set nginx --target b",
            "\n  - source: nginx\n    target:\n",
            "\n  - source: nginx\n    target: b\n",
        ),
        (
            "set a/b --platform all",
            "\n  - &x {source: nginx, platforms: &p [linux/386]}\n  - source: a/b\n    platforms: *p\n",
            "\n  - &x {source: nginx, platforms: &p [linux/386]}\n  - source: a/b\n    platforms: all\n",
        ),
        (
            "set nginx --target www",
            "\n  - source: nginx\n    tags: [1, 2]\n",
            "\n  - source: nginx\n    tags: [1, 2]\n    target: www\n",
        ),
        (
            "set nginx --platform linux/amd64",
            "\n  - source: nginx\n    platforms: [linux/amd64]\n",
            "\n  - source: nginx\n    platforms: [linux/amd64]\n",
        ),
    ] {
        assert_eq!(written(line, "mirror.yaml", &with(text)), with(expected));
    }
}

#[test]
fn toml_is_edited_in_both_of_its_forms() {
    let with = |before: &str| format!("version = 1 # c\n{before}");
    for (line, text, expected) in [
        (
            "add redis",
            "images = ['nginx'] # c\n",
            "images = ['nginx', 'redis'] # c\n",
        ),
        (
            "add redis --platform linux/amd64 --target a:1",
            "images = [\n  \"nginx\", # web\n  { source = \"a/b\" },\n]\n[target]\nregistry = \"r.example.com\"\n",
            "images = [\n  \"nginx\", # web\n  { source = \"a/b\" },\n  { source = \"redis\", platforms = [\"linux/amd64\"], \
             target = \"a:1\" },\n]\n[target]\nregistry = \"r.example.com\"\n",
        ),
        (
            "add redis",
            "\n[target]\nregistry = \"r.example.com\"",
            "images = [\n  \"redis\",\n]\n\n[target]\nregistry = \"r.example.com\"",
        ),
        (
            "add redis --platform linux/amd64",
            "[[images]]\nsource = \"nginx\"\n\n# end\n[defaults]\n",
            "[[images]]\nsource = \"nginx\"\n[[images]]\nsource = \"redis\"\nplatforms = [\"linux/amd64\"]\n\n# end\n\
             [defaults]\n",
        ),
        (
            "remove nginx",
            "\n[[images]]\nsource = \"nginx\"\n# of nginx\n\n# of redis\n[[images]]\nsource = \"redis\"",
            "# of nginx\n\n# of redis\n[[images]]\nsource = \"redis\"",
        ),
        (
            "remove redis",
            "images = [\n  'nginx',\n  'redis'\n]\n",
            "images = [\n  'nginx'\n]\n",
        ),
        (
            "remove nginx:1",
            "[[images]]\nsource = \"nginx\"\ntags = [\"1\", \"2\"]\n",
            "[[images]]\nsource = \"nginx\"\ntags = [\"2\"]\n",
        ),
        (
            "remove nginx",
            "[[images]]\nsource = \"nginx\"\n[[images.select]]\nglob = \"a*\"\n\n[[images]]\nsource = \"redis\"\n",
            "\n[[images]]\nsource = \"redis\"\n",
        ),
        (
            "set nginx --platform linux/arm64 --target web",
            "[[images]]\nsource = \"nginx\" # c\nplatforms = [ \"linux/386\" ] # p\n[[images.select]]\nglob = \"a*\"\n",
            "[[images]]\nsource = \"nginx\" # c\nplatforms = [ \"linux/arm64\" ] # p\ntarget = \"web\"\n[[images.select]]\n\
             glob = \"a*\"\n",
        ),
        (
            "set nginx --target web",
            "images = [ 'nginx' ]\n",
            "images = [ { source = 'nginx', target = 'web' } ]\n",
        ),
    ] {
        let (text, expected) = (with(text), with(expected));
        assert_eq!(written(line, "mirror.toml", &text), expected);
        let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(
            written(line, "mirror.toml", &windows(&text)),
            windows(&expected)
        );
    }
}

#[test]
fn what_stands_in_an_included_list_is_edited_there() {
    let mirror = "version: 1\ninclude: [images.txt]\nimages: [a/b]\n";
    let list = "\u{feff}nginx\r\nredis\r\n";
    let file = |line: &str| {
        let edited = typed(line, "mirror.yaml", mirror, list).unwrap();
        let files = edited.files.into_iter();
        let files = files.map(|file| (file.name, file.text));
        files.collect::<Vec<_>>()
    };
    let named = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    assert_eq!(
        file("remove redis"),
        [named("images.txt", "\u{feff}nginx\r\n")]
    );
    assert_eq!(
        file("set redis --platform linux/386"),
        [named(
            "images.txt",
            "\u{feff}nginx\r\n--platform=linux/386 redis\r\n"
        )]
    );
    assert_eq!(
        file("remove a/b nginx"),
        [
            named(
                "mirror.yaml",
                "version: 1\ninclude: [images.txt]\nimages: []\n"
            ),
            named("images.txt", "\u{feff}redis\r\n"),
        ]
    );
    assert_eq!(
        file("add alpine"),
        [named(
            "mirror.yaml",
            "version: 1\ninclude: [images.txt]\nimages: [a/b, alpine]\n"
        )]
    );
}

#[test]
fn each_platform_is_written_once() {
    let doubled = "version: 1\nimages:\n  - {source: nginx, platforms: [linux/386, linux/arm64, linux/aarch64, linux/386]}\n";
    let once = "version: 1\nimages:\n  - {source: nginx, platforms: [linux/386, linux/arm64]}\n";
    let twice = "set nginx --platform linux/386,linux/arm64,linux/386,linux/aarch64";
    each(
        "mirror.yaml",
        &[
            (twice, doubled, once),
            ("set nginx --platform linux/386,linux/arm64", doubled, once),
            (twice, "version: 1\nimages:\n  - {source: nginx}\n", once),
            (
                "add redis --platform linux/386,linux/386",
                "version: 1\nimages: []\n",
                "version: 1\nimages: [{ source: redis, platforms: [linux/386] }]\n",
            ),
        ],
    );
    let line = "add redis --platform linux/386,linux/386";
    assert_eq!(
        written(line, "images.txt", ""),
        "--platform=linux/386 redis\n"
    );
}
