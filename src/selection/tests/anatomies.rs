use crate::selection::{Anatomy, Scheme};

/// Writes an anatomy as `numbers pre build variant`, with `.` for what is not there.
fn described(tag: &str) -> Option<String> {
    let Anatomy {
        numbers,
        scheme,
        pre,
        build,
        variant,
    } = Anatomy::of(tag)?;
    let numbers: Vec<_> = numbers.iter().map(u64::to_string).collect();
    let date = if scheme == Scheme::Version {
        ""
    } else {
        "date "
    };
    let pre = pre.map_or(".".to_owned(), |pre| format!("{pre:?}"));
    let build = build.map_or(".".to_owned(), |build| format!("{build:?}"));
    let plain = |text: String| text.replace("Pre { stage: ", "").replace(" }", "");
    let (pre, build) = (plain(pre), plain(build).replace("Build { numbers: ", ""));
    let variant = if variant.is_empty() { "." } else { variant };
    let pre = pre.replace(", numbers: ", "");
    let build = build.replace(", word: ", "").replace('"', "");
    Some(format!(
        "{date}{} {pre} {build} {variant}",
        numbers.join(".")
    ))
}

#[test]
fn tags_are_taken_apart() {
    for (tag, expected) in [
        ("1.27.3", "1.27.3 . . ."),
        ("v1.2", "1.2 . . ."),
        ("V3", "3 . . ."),
        ("18.04", "18.4 . . ."),
        ("1.27.3-alpine3.20", "1.27.3 . . alpine3.20"),
        ("1.27.3-perl-alpine", "1.27.3 . . perl-alpine"),
        // Before a release, glued or behind something.
        ("3.7.0b1", "3.7.0 Beta[1] . ."),
        (
            "3.13.0rc2-slim-bookworm",
            "3.13.0 Candidate[2] . slim-bookworm",
        ),
        ("3.13-rc", "3.13 Candidate[] . ."),
        ("2.0.0-beta.3", "2.0.0 Beta[3] . ."),
        ("2.0.0-rc-4-alpine", "2.0.0 Candidate[4] . alpine"),
        ("1.0-SNAPSHOT", "1.0 Snapshot[] . ."),
        ("1.0.0-M2", "1.0.0 Milestone[2] . ."),
        ("1.0.0.Beta2", "1.0.0 Beta[2] . ."),
        ("2.1.0.dev20240101", "2.1.0 Snapshot[20240101] . ."),
        (
            "8.0.0-preview.7-alpine3.18",
            "8.0.0 Preview[7] . alpine3.18",
        ),
        ("1.2.3-alpine-rc1", "1.2.3 Candidate[1] . alpine"),
        // Words that only begin like one.
        ("1.2.3-alpine", "1.2.3 . . alpine"),
        ("1.2.3-devel", "1.2.3 . . devel"),
        ("12.3.1-base", "12.3.1 . . base"),
        ("1.2.3-b", "1.2.3 . . b"),
        ("1.0-a100", "1.0 . . a100"),
        ("1.0-jetson-m1", "1.0 . . jetson-m1"),
        // Builds.
        ("1.27.3-debian-12-r3", "1.27.3 . [3]r debian-12"),
        ("v1.30.2-k3s1", "1.30.2 . [1]k3s ."),
        ("v1.30.3-rc2-k3s1", "1.30.3 Candidate[2] [1]k3s ."),
        (
            "v1.30.2-rke2r1-windows-amd64",
            "1.30.2 . [1]rke2r windows-amd64",
        ),
        ("v1.30.2_k3s1", "1.30.2 . [1]k3s ."),
        ("21.0.11_10-jre", "21.0.11 . [10] jre"),
        ("1.4.2-14_base", "1.4.2 . [14] base"),
        ("1.4.2_base", "1.4.2 . . base"),
        ("11.2.0-security-01", "11.2.0 . [1]security- ."),
        ("v1.18.1-eksbuild.2", "1.18.1 . [2]eksbuild. ."),
        ("16-3.4", "16 . . 3.4"),
        // Dates.
        ("2024.01.02", "date 2024.1.2 . . ."),
        ("20240102", "date 20240102 . . ."),
        ("2024-01-02", "date 2024.1.2 . . ."),
        ("2024-01-alpine", "date 2024.1 . . alpine"),
        ("2024-13-01", "date 2024 . [13] 01"),
        ("2022-CU12-ubuntu-22.04", "date 2022 . . CU12-ubuntu-22.04"),
        ("4.8.3.Final", "4.8.3 . . Final"),
    ] {
        assert_eq!(described(tag).as_deref(), Some(expected), "{tag}");
    }
}

#[test]
fn what_names_no_version_has_no_anatomy() {
    for tag in [
        "",
        "latest",
        "stable",
        "v",
        "jammy-20240102",
        "RELEASE.2024-01-02T03-04-05Z",
        "8u212",
        "1.1.1w",
        "1.1.1a",
        "3.12t",
        "1.2.",
        "1.2-",
        "-1",
        "4e5f6a7",
        "12e4567",
        "0123456789abcdef0123456789abcdef01234567",
        "sha256-0123",
        "1700000000",
        "1234567",
        "99999999999999999999",
        "1.27alpine",
        "版本1",
    ] {
        assert_eq!(described(tag), None, "{tag}");
    }
}

#[test]
fn versions_are_compared_by_what_they_name() {
    // Each is older than the next one.
    for older_first in [
        &["1.9", "1.10", "1.10.1", "2"][..],
        &[
            "1.0.0-dev1",
            "1.0.0a1",
            "1.0.0b1",
            "1.0.0-m1",
            "1.0.0-rc9",
            "1.0.0-rc10",
            "1.0.0",
            "1.0.0-r1",
        ],
        &["1.0-SNAPSHOT", "1.0-rc", "1.0-rc.1", "1.0-rc.1.1", "1.0"],
        &[
            "v1.30.2-k3s1",
            "v1.30.2-k3s2",
            "v1.30.2-k3s10",
            "v1.30.3-rc1-k3s1",
        ],
        &["18.04", "20.04", "22.04", "22.10"],
        &["11.2.0", "11.2.0-security-01", "11.2.1"],
    ] {
        let versions: Vec<_> = older_first
            .iter()
            .map(|tag| Anatomy::of(tag).unwrap())
            .collect();
        for (at, older) in versions.iter().enumerate() {
            for newer in &versions[at + 1..] {
                assert!(older.compare(newer).is_lt(), "{older:?} {newer:?}");
                assert!(newer.compare(older).is_gt(), "{older:?} {newer:?}");
            }
        }
    }
    for (one, other) in [
        ("v1.2", "1.2"),
        ("1.2", "1.2.0"),
        ("18.04", "18.4"),
        ("1.0-rc1", "1.0.0-RC.1"),
    ] {
        let [one, other] = [one, other].map(|tag| Anatomy::of(tag).unwrap());
        assert!(one.compare(&other).is_eq(), "{one:?} {other:?}");
    }
}
