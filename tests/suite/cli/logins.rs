//! Logins as docker, podman and skopeo keep them: who gets in, and what is said to who does not.

use std::path::Path;

use pusher::sandbox::images::Image;
use pusher::sandbox::{Auth, Options, Sandbox, User};

use super::harness::Place;

/// One way in which logins may lie about.
struct Case {
    name: &'static str,
    /// Below the home folder; `HOST` stands for the registry.
    files: &'static [(&'static str, &'static str)],
    /// `~` stands for the home folder.
    variables: &'static [(&'static str, &'static str)],
    /// What `docker-credential-kept` does, if it is there.
    program: &'static str,
    /// Whether it gets in; if not, what is said, `~` standing for the home folder.
    outcome: Outcome,
}

enum Outcome {
    In,
    Refused(&'static [&'static str]),
}
use Outcome::{In, Refused};

const CASE: Case = Case {
    name: "",
    files: &[],
    variables: &[],
    program: "",
    outcome: In,
};

const DOCKER: &str = ".docker/config.json";
const RUNTIME: (&str, &str) = ("XDG_RUNTIME_DIR", "~/run");
const PODMAN: &str = "run/containers/auth.json";

/// `me:a:secret`, which is right, and `me:wrong`.
const RIGHT: &str = r#"{"auths":{"HOST":{"auth":"bWU6YTpzZWNyZXQ="}}}"#;
const WRONG: &str = r#"{"auths":{"HOST":{"auth":"bWU6d3Jvbmc="}}}"#;
const KEPT: &str = r#"echo '{"ServerURL":"x","Username":"me","Secret":"a:secret"}'"#;

const CASES: &[Case] = &[
    Case {
        name: "docker's file",
        files: &[(DOCKER, RIGHT)],
        ..CASE
    },
    Case {
        name: "nothing",
        outcome: Refused(&[
            "it wants a user name and a password, and there are none",
            "docker login HOST",
        ]),
        ..CASE
    },
    Case {
        name: "a wrong password",
        files: &[(DOCKER, WRONG)],
        outcome: Refused(&["the login from `~/.docker/config.json` was refused (401)"]),
        ..CASE
    },
    Case {
        name: "a name with a slash",
        files: &[(DOCKER, r#"{"auths":{"HOST/":{"auth":"bWU6YTpzZWNyZXQ="}}}"#)],
        ..CASE
    },
    Case {
        name: "an address of the API without its scheme",
        files: &[(
            DOCKER,
            r#"{"auths":{"HOST/v2/":{"auth":"bWU6YTpzZWNyZXQ="}}}"#,
        )],
        ..CASE
    },
    Case {
        name: "two names, the one of TLS is right",
        files: &[(
            DOCKER,
            r#"{"auths":{"http://HOST":{"auth":"bWU6d3Jvbmc="},"https://HOST/v2/":{"auth":"bWU6YTpzZWNyZXQ="}}}"#,
        )],
        ..CASE
    },
    Case {
        name: "a line break in the login",
        files: &[(
            DOCKER,
            r#"{"auths":{"HOST":{"auth":"bWU6YTpz\nZWNyZXQ=\n"}}}"#,
        )],
        ..CASE
    },
    Case {
        name: "NULs behind the password",
        files: &[(
            DOCKER,
            r#"{"auths":{"HOST":{"auth":"bWU6YTpzZWNyZXQAAA=="}}}"#,
        )],
        ..CASE
    },
    Case {
        name: "name and password apart",
        files: &[(
            DOCKER,
            r#"{"auths":{"HOST":{"auth":"","username":"me","password":"a:secret"}}}"#,
        )],
        ..CASE
    },
    Case {
        name: "an empty identity token",
        files: &[(
            DOCKER,
            r#"{"auths":{"HOST":{"auth":"bWU6YTpzZWNyZXQ=","identitytoken":""}}}"#,
        )],
        ..CASE
    },
    Case {
        name: "an identity token where a password is wanted",
        files: &[(
            DOCKER,
            r#"{"auths":{"HOST":{"auth":"bWU6YTpzZWNyZXQ=","identitytoken":"t"}}}"#,
        )],
        outcome: Refused(&["it wants a user name and a password"]),
        ..CASE
    },
    Case {
        name: "fields in other letters",
        files: &[(DOCKER, r#"{"Auths":{"HOST":{"Auth":"bWU6YTpzZWNyZXQ="}}}"#)],
        ..CASE
    },
    Case {
        name: "a login that is none",
        files: &[(DOCKER, r#"{"auths":{"HOST":{"auth":"bWU="}}}"#)],
        outcome: Refused(&[
            "warning: logins from `~/.docker/config.json`: `auth` of `HOST` is not a user name and a password",
            "it wants a user name and a password, and there are none",
        ]),
        ..CASE
    },
    Case {
        name: "a program keeps it",
        files: &[(DOCKER, r#"{"auths":{"HOST":{}},"credsStore":"kept"}"#)],
        program: KEPT,
        ..CASE
    },
    Case {
        name: "the program goes before the file",
        files: &[(
            DOCKER,
            r#"{"auths":{"HOST":{"auth":"bWU6d3Jvbmc="}},"credsStore":"kept"}"#,
        )],
        program: KEPT,
        ..CASE
    },
    Case {
        name: "the file counts where the program knows nothing",
        files: &[(
            DOCKER,
            r#"{"auths":{"HOST":{"auth":"bWU6YTpzZWNyZXQ="}},"credsStore":"kept"}"#,
        )],
        program: "echo 'credentials not found in native keychain'; exit 1",
        ..CASE
    },
    Case {
        name: "a program that reads what it is asked",
        files: &[(DOCKER, r#"{"credHelpers":{"HOST":"kept"}}"#)],
        program: r#"[ "$(cat)" = HOST ] && echo '{"Username":"me","Secret":"a:secret"}'"#,
        ..CASE
    },
    Case {
        name: "a wrong password from a program",
        files: &[(DOCKER, r#"{"credHelpers":{"HOST":"kept"}}"#)],
        program: r#"echo '{"Username":"me","Secret":"wrong"}'"#,
        outcome: Refused(&[
            "the login from `docker-credential-kept`, named in `~/.docker/config.json` was refused",
        ]),
        ..CASE
    },
    Case {
        name: "a program that fails",
        files: &[(DOCKER, r#"{"credHelpers":{"HOST":"kept"}}"#)],
        program: "echo a secret text; exit 2",
        outcome: Refused(&[
            "warning: logins from `~/.docker/config.json`: `docker-credential-kept` failed (exit status: 2)",
        ]),
        ..CASE
    },
    Case {
        name: "a program that is not there",
        files: &[(DOCKER, r#"{"credsStore":"kept"}"#)],
        outcome: Refused(&["`docker-credential-kept` cannot be run"]),
        ..CASE
    },
    Case {
        name: "podman's file below the runtime folder",
        files: &[(PODMAN, RIGHT), (DOCKER, WRONG)],
        variables: &[RUNTIME],
        ..CASE
    },
    Case {
        name: "podman's file below the config folder",
        files: &[(".config/containers/auth.json", RIGHT)],
        variables: &[RUNTIME],
        ..CASE
    },
    Case {
        name: "podman's file below a config folder that is named",
        files: &[("conf/containers/auth.json", RIGHT)],
        variables: &[("XDG_CONFIG_HOME", "~/conf")],
        ..CASE
    },
    Case {
        name: "a file that a variable names goes first",
        files: &[("named.json", RIGHT), (PODMAN, WRONG), (DOCKER, WRONG)],
        variables: &[RUNTIME, ("REGISTRY_AUTH_FILE", "~/named.json")],
        ..CASE
    },
    Case {
        name: "docker's folder goes before podman's usual place",
        files: &[("d/config.json", RIGHT), (PODMAN, WRONG)],
        variables: &[RUNTIME, ("DOCKER_CONFIG", "~/d")],
        ..CASE
    },
    Case {
        name: "empty variables",
        files: &[("config.json", WRONG), (DOCKER, RIGHT)],
        variables: &[
            ("DOCKER_CONFIG", ""),
            ("REGISTRY_AUTH_FILE", ""),
            ("DOCKER_AUTH_CONFIG", ""),
        ],
        ..CASE
    },
    Case {
        name: "the login of a repository goes before the host's",
        files: &[(
            PODMAN,
            r#"{"auths":{"HOST":{"auth":"bWU6d3Jvbmc="},"HOST/team/app":{"auth":"bWU6YTpzZWNyZXQ="}}}"#,
        )],
        variables: &[RUNTIME],
        ..CASE
    },
    Case {
        name: "a namespace's login is not another's",
        files: &[(
            PODMAN,
            r#"{"auths":{"HOST/team":{"auth":"bWU6YTpzZWNyZXQ="},"HOST/other":{"auth":"bWU6d3Jvbmc="}}}"#,
        )],
        variables: &[RUNTIME],
        ..CASE
    },
    Case {
        name: "a variable that holds the file",
        files: &[(DOCKER, WRONG)],
        variables: &[("DOCKER_AUTH_CONFIG", RIGHT)],
        ..CASE
    },
    Case {
        name: "a wrong password in a variable",
        variables: &[("DOCKER_AUTH_CONFIG", WRONG)],
        outcome: Refused(&["the login from `DOCKER_AUTH_CONFIG` was refused (401)"]),
        ..CASE
    },
    Case {
        name: "the file of the first docker versions",
        files: &[(
            ".dockercfg",
            r#"{"https://HOST/v1/":{"auth":"bWU6YTpzZWNyZXQ=","email":"x"}}"#,
        )],
        ..CASE
    },
    Case {
        name: "an empty file",
        files: &[(DOCKER, "")],
        outcome: Refused(&["warning: logins from `~/.docker/config.json`: it is empty"]),
        ..CASE
    },
    Case {
        name: "a comma too many, and another file that is right",
        files: &[
            (DOCKER, RIGHT),
            (PODMAN, r#"{"auths":{"HOST":{"auth":"bWU6d3Jvbmc="},}}"#),
        ],
        variables: &[RUNTIME],
        ..CASE
    },
    Case {
        name: "a file that is no JSON",
        files: &[(DOCKER, r#"{"auths":"#)],
        outcome: Refused(&[
            "warning: logins from `~/.docker/config.json`: it is not valid JSON (line 1, column 9)",
        ]),
        ..CASE
    },
    Case {
        name: "blanks around what was pasted",
        variables: &[
            ("ALIYUN_REGISTRY_USER", "me\n"),
            ("ALIYUN_REGISTRY_PASSWORD", " a:secret\r\n"),
        ],
        ..CASE
    },
    Case {
        name: "a wrong password in the target's variables",
        files: &[(DOCKER, RIGHT)],
        variables: &[
            ("ALIYUN_REGISTRY_USER", "me"),
            ("ALIYUN_REGISTRY_PASSWORD", "wrong"),
        ],
        outcome: Refused(&[
            "the login from `ALIYUN_REGISTRY_USER` and `ALIYUN_REGISTRY_PASSWORD` was refused (401)",
        ]),
        ..CASE
    },
    Case {
        name: "a wrong password in the mirror file",
        files: &[
            (DOCKER, RIGHT),
            (
                "mirror.yaml",
                "version: 1\nregistries: {\"HOST\": {username: me, password: \"${P}\"}}\n\
                 images: [\"SOURCE/org/app:v1\"]\n",
            ),
        ],
        variables: &[("P", "wrong")],
        outcome: Refused(&[
            "the login from `registries.HOST` in the mirror file was refused (401)",
        ]),
        ..CASE
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn docker_podman_and_skopeo_leave_logins_that_are_found() {
    let source = Sandbox::start(Options::default()).await.unwrap();
    Image::new("linux/amd64")
        .layer("a")
        .push(&source, "org/app", "v1");
    let target = Sandbox::start(Options {
        auth: Auth::Basic(vec![User::new("me", "a:secret")]),
        ..Options::default()
    })
    .await
    .unwrap();
    let mut wrong = vec![];
    for case in CASES {
        let place = place_of(case, &source, &target);
        let ran = place.run("plan");
        let home = place.path().display().to_string();
        let told = ran.stderr.replace(&home, "~") + &ran.stdout.replace(&home, "~");
        let words: Vec<_> = told.split_whitespace().collect();
        let told = words.join(" ");
        let missing: Vec<_> = match case.outcome {
            In if ran.status == 0 => vec![],
            In => vec!["getting in"],
            Refused(_) if ran.status == 0 => vec!["a refusal"],
            Refused(words) => {
                let is_missing = |text: &&&str| !told.contains(&text.replace("HOST", "TARGET"));
                words.iter().filter(is_missing).copied().collect()
            }
        };
        if !missing.is_empty() {
            wrong.push(format!("{}: no {missing:?} in\n{told}", case.name));
        }
        for secret in ["a:secret", "bWU6YTpzZWNyZXQ", "a secret text"] {
            assert!(!told.contains(secret), "{}: {told}", case.name);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn place_of(case: &Case, source: &Sandbox, target: &Sandbox) -> Place {
    let place = Place::between(source, target).file("images.txt", "SOURCE/org/app:v1\n");
    let home = place.path().display().to_string();
    let real = |text: &str| text.replace("HOST", target.address()).replace('~', &home);
    for (name, text) in case.files {
        place.write(name, &real(text));
    }
    std::fs::create_dir_all(place.path().join("bin")).unwrap();
    if !case.program.is_empty() {
        write_program(
            &place.path().join("bin/docker-credential-kept"),
            &real(case.program),
        );
    }
    let path = format!("{home}/bin:/usr/local/bin:/usr/bin:/bin");
    let variables = case.variables.iter();
    variables.fold(place.variable("PATH", &path), |place, (name, text)| {
        place.variable(name, &real(text))
    })
}

fn write_program(path: &Path, script: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}
