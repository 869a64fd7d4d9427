//! Files that are not there, or not right.

use super::harness::Place;

fn with_target() -> Place {
    Place::empty()
        .variable("ALIYUN_REGISTRY", "registry.cn-hangzhou.aliyuncs.com")
        .variable("ALIYUN_NAME_SPACE", "team")
}

#[test]
fn without_a_file_it_says_how_to_begin() {
    insta::assert_snapshot!("files_none", Place::empty().run("plan").whole());
    let chinese = Place::empty().run("plan --lang zh").whole();
    insta::assert_snapshot!("files_none_zh", chinese);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let place = Place::empty().file("folder/images.txt", "nginx\n");
    for (typed, why) in [
        (
            "plan -f gone.txt",
            "error: cannot read `gone.txt`: there is no such file\n",
        ),
        (
            "plan -f folder",
            "error: cannot read `folder`: it is a folder\n",
        ),
    ] {
        let ran = place.run(typed);
        assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
}

#[test]
fn every_mistake_is_told_before_anything_is_done() {
    let place = with_target().file("images.txt", "nginx：1.27\ndocker pull redis\nalpine\n");
    for command in ["plan", "apply", "drift"] {
        let ran = place.run(command);
        assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{command}");
    }
    insta::assert_snapshot!("files_mistakes", place.run("plan").whole());
    insta::assert_snapshot!("files_mistakes_quiet", place.run("plan -q").whole());
    insta::assert_snapshot!("files_mistakes_zh", place.run("plan --lang zh").whole());
}

#[test]
fn a_missing_target_is_told_with_the_variables_that_name_it() {
    let place = Place::empty().file("images.txt", "nginx:1.27\n");
    insta::assert_snapshot!("files_no_target", place.run("plan").whole());
}
