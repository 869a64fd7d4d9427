//! Advice fits the cause, and the side that it is on.

use std::time::Duration;

use super::*;
use crate::model::{
    Asked, Attempt, Cause, DOCKER_HUB, Descriptor, Digest, ErrorAnswer, Failure, Fault, Language,
    Meaning, NoAnswer, Operation, Part, PlatformPattern, Profile, RequestKind, Text, media_type,
};
use crate::plan::{Absence, DeclaredAt, TargetName};

fn target(registry: &str) -> Target {
    Target {
        label: None,
        registry: registry.to_owned(),
        namespace: Some("team".to_owned()),
        profile: Profile::of_host(registry),
    }
}

fn change_at(reason: BlockReason, platforms: Platforms) -> Change {
    Change {
        target: TargetName {
            repository: "app".to_owned(),
            tag: "1".to_owned(),
        },
        source: "app".parse().unwrap(),
        platforms,
        origin: DeclaredAt {
            file: "images.txt".into(),
            line: 1,
        },
        policy: crate::plan::Policy::default(),
        lock: LockState::NoLock,
        age: crate::plan::Age::default(),
        warnings: vec![],
        action: Action::Blocked {
            before: None,
            reason,
        },
    }
}

fn hint_at(registry: &str, platforms: Platforms, reason: BlockReason) -> Option<String> {
    let change = change_at(reason, platforms);
    in_both(|| for_change(&change, &target(registry)))
}

/// Returns an advice in English, once it is seen that it is given in Chinese too: no two English words stand
/// beside each other in that, but in what is typed.
fn in_both(advice: impl Fn() -> Option<String>) -> Option<String> {
    let chinese = Language::Chinese.speak(&advice);
    let english = advice();
    assert_eq!(chinese.is_some(), english.is_some());
    for prose in chinese.iter().flat_map(|text| text.split('`').step_by(2)) {
        let words: Vec<_> = prose.split(' ').collect();
        let is_word = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
        let are_words = |pair: &[&str]| pair.iter().all(is_word);
        assert!(!words.windows(2).any(are_words), "{chinese:?}");
        assert!(chinese.as_ref() != english.as_ref(), "{chinese:?}");
    }
    english
}

fn hint(reason: BlockReason) -> String {
    let registry = "registry.cn-hangzhou.aliyuncs.com";
    hint_at(registry, Platforms::linux_amd64(), reason).unwrap()
}

fn unreadable(cause: Cause) -> Failure {
    failure(Failure::for_test(cause).fault.clone())
}

fn failure(fault: Fault) -> Failure {
    let operation = Operation::new(RequestKind::PutManifest, Text::verbatim("`app:1`"));
    Failure::new(DOCKER_HUB, Attempt::Request(operation), fault)
}

#[test]
fn the_way_to_a_registry_tells_more_than_its_side() {
    let second = Duration::from_secs(1);
    for (why, words) in [
        (
            NoAnswer::Certificate(Text::verbatim("unknown")),
            "`registries.docker.io.ca-file`",
        ),
        (
            NoAnswer::Slow {
                least: 1,
                time: second,
            },
            "`registries.docker.io.concurrency: 1`",
        ),
        (NoAnswer::Trickle(second), "try again later"),
        (
            NoAnswer::Head(Text::verbatim("too large")),
            "is a container registry",
        ),
    ] {
        for reason in [BlockReason::SourceUnreadable, BlockReason::TargetUnreadable] {
            let why = failure(Fault::NoAnswer(why.clone()));
            let advice = hint(reason(why));
            assert!(advice.contains(words), "{advice}");
        }
    }
}

#[test]
fn a_sources_trouble_hides_no_trouble_of_the_target() {
    let advice = hint(BlockReason::BothUnreadable {
        source: unreadable(Cause::Unreachable),
        target: unreadable(Cause::Unauthorized),
    });
    assert!(advice.contains("`HTTPS_PROXY`"), "{advice}");
    assert!(advice.contains("`ALIYUN_REGISTRY_PASSWORD`"), "{advice}");
}

#[test]
fn the_cache_of_a_build_is_told_as_that() {
    let part = Part::NoManifest {
        digest: Digest::sha256(b""),
        media_type: "application/vnd.buildkit.cacheconfig.v0".to_owned(),
    };
    let why = failure(Fault::Lacks(part));
    assert!(
        why.to_string()
            .contains("`application/vnd.buildkit.cacheconfig.v0`")
    );
    assert!(hint(BlockReason::SourceUnreadable(why)).contains("cache of a build"));
}

#[test]
fn another_try_is_advice_only_where_it_may_help() {
    let change = |action| Change {
        action,
        ..change_at(BlockReason::SourceAbsent(Absence::Plain), Platforms::All)
    };
    let current = Descriptor {
        media_type: media_type::OCI_MANIFEST.to_owned(),
        digest: Digest::sha256(b""),
        size: 1,
    };
    let change = change(Action::in_place(current));
    let advice = |fault| {
        let outcome = Outcome::failed(failure(fault));
        in_both(|| for_outcome(&change, &outcome, &target("registry.example.com")))
    };
    let answer = |status, meaning| {
        Fault::Answered(ErrorAnswer {
            status,
            code: Some("DENIED".to_owned()),
            message: None,
            asked: Asked::WithToken,
            meaning,
            login: None,
        })
    };
    for (fault, part) in [
        (
            answer(403, Some(Meaning::ImagesOnly)),
            "profile: acr-personal",
        ),
        (answer(502, None), "run `pusher apply` again"),
        (
            Fault::NoAnswer(NoAnswer::Broken(Text::verbatim(""))),
            "run `pusher apply` again",
        ),
        (answer(400, Some(Meaning::HtmlPage)), "no proxy answers"),
        (Fault::TooLong { size: 1 }, "damaged at its source"),
    ] {
        let advice = advice(fault).unwrap();
        assert!(advice.contains(part), "{part}: {advice}");
    }
    assert_eq!(advice(answer(400, None)), None);
    assert_eq!(advice(Fault::Protocol(Text::verbatim("odd"))), None);
}

#[test]
fn advice_fits_the_side_and_the_cause() {
    let source = |cause| hint(BlockReason::SourceUnreadable(unreadable(cause)));
    let at_target = |cause| hint(BlockReason::TargetUnreadable(unreadable(cause)));
    for (advice, part) in [
        (hint(BlockReason::SourceAbsent(Absence::Plain)), "spelling"),
        (source(Cause::Unauthorized), "`docker login docker.io`"),
        (source(Cause::Denied), "may pull"),
        (source(Cause::RateLimited), "6 hours"),
        (source(Cause::Unreachable), "`HTTPS_PROXY`"),
        (source(Cause::Server), "docker.io"),
        (at_target(Cause::Unauthorized), "`ALIYUN_REGISTRY_PASSWORD`"),
        (at_target(Cause::Denied), "自动创建仓库"),
        (
            at_target(Cause::RateLimited),
            "`registries.registry.cn-hangzhou.aliyuncs.com.concurrency`",
        ),
    ] {
        assert!(advice.contains(part), "{part}: {advice}");
    }
    let private = hint_at(
        "registry-vpc.cn-hangzhou.aliyuncs.com",
        Platforms::All,
        BlockReason::TargetUnreadable(unreadable(Cause::Unreachable)),
    );
    assert!(private.unwrap().contains("private network"));
}

#[test]
fn missing_platforms_are_skipped_only_where_others_are_left() {
    let hint = |asked: &[&str]| {
        let asked: Vec<PlatformPattern> = asked.iter().map(|text| text.parse().unwrap()).collect();
        let refusal = CannotMirror::PlatformsMissing {
            missing: vec![asked[0].clone()],
            available: vec![crate::model::Platform::new("linux", "386", None)],
        };
        let reason = BlockReason::CannotMirror(refusal);
        hint_at("registry.example", Platforms::only(asked), reason).unwrap()
    };
    assert!(!hint(&["linux/riscv64"]).contains("skip"));
    assert!(hint(&["linux/riscv64", "linux/386"]).contains("`missing-platforms: skip`"));
}

#[test]
fn to_log_in_is_no_advice_where_the_login_was_not_asked_for() {
    let answered = failure(Fault::Answered(ErrorAnswer {
        status: 403,
        code: None,
        message: None,
        asked: Asked::AnonymouslyDespiteLogin,
        meaning: None,
        login: None,
    }));
    for reason in [
        BlockReason::SourceAbsent(Absence::ToStranger),
        BlockReason::SourceUnreadable(answered.clone()),
        BlockReason::TargetUnreadable(answered),
    ] {
        let advice = hint(reason);
        assert!(
            advice.contains("only when it asks for the login"),
            "{advice}"
        );
        assert!(!advice.contains("docker login"), "{advice}");
    }
}

#[test]
fn what_acr_refuses_is_told_in_the_words_of_its_console() {
    for (host, kind, fault, words) in [
        (
            "registry.cn-hangzhou.aliyuncs.com",
            RequestKind::GetManifest,
            answered(401, None, Asked::WithLogin),
            &[
                "固定密码",
                "访问凭证",
                "temporary",
                "crpi-<id>.<region>.personal.cr.aliyuncs.com",
            ][..],
        ),
        (
            "crpi-1a2b.cn-shanghai.personal.cr.aliyuncs.com",
            RequestKind::GetManifest,
            answered(401, None, Asked::WithLogin),
            &["固定密码", "a RAM user has one of their own"],
        ),
        (
            "registry.cn-hangzhou.aliyuncs.com",
            RequestKind::StartUpload,
            answered(403, Some("DENIED"), Asked::WithToken),
            &["命名空间", "`team`", "自动创建仓库"],
        ),
        (
            "registry.cn-hangzhou.aliyuncs.com",
            RequestKind::PutManifest,
            answered(401, Some("UNAUTHORIZED"), Asked::WithToken),
            &["命名空间", "自动创建仓库"],
        ),
        (
            "acme-registry.cn-beijing.cr.aliyuncs.com",
            RequestKind::MountBlob,
            answered(404, Some("NAME_UNKNOWN"), Asked::WithToken),
            &["自动创建仓库"],
        ),
        (
            "registry.cn-hangzhou.aliyuncs.com",
            RequestKind::GetManifest,
            answered(403, Some("DENIED"), Asked::WithToken),
            &["命名空间", "may pull there"],
        ),
        (
            "registry.cn-hangzhou.aliyuncs.com",
            RequestKind::StartUpload,
            answered(400, Some("NAME_INVALID"), Asked::WithToken),
            &["one level below the namespace", "`target:`"],
        ),
        (
            "registry.cn-hangzhou.aliyuncs.com",
            RequestKind::Token,
            answered(404, Some("USER_NOT_EXIST"), Asked::Anonymously),
            &["RAM user", "访问凭证"],
        ),
        (
            "registry.cn-nowhere.aliyuncs.com",
            RequestKind::HeadManifest,
            Fault::NoAnswer(NoAnswer::UnknownHost(Text::verbatim("none"))),
            &[
                "`registry.cn-nowhere.aliyuncs.com`",
                "crpi-<id>",
                "<name>-registry.<region>.cr.aliyuncs.com",
            ],
        ),
    ] {
        let told = advice(host, kind, fault);
        for word in words {
            assert!(told.contains(word), "{host} {kind:?} lacks {word}: {told}");
        }
        assert!(!told.contains("pusher apply"), "{told}");
    }
    // Others have other consoles.
    let told = advice(
        "registry.example.com",
        RequestKind::StartUpload,
        answered(403, Some("DENIED"), Asked::WithToken),
    );
    assert!(
        told.contains("`team`") && !told.contains("命名空间"),
        "{told}"
    );
}

fn answered(status: u16, code: Option<&str>, asked: Asked) -> Fault {
    Fault::Answered(ErrorAnswer {
        status,
        code: code.map(str::to_owned),
        message: None,
        asked,
        meaning: None,
        login: None,
    })
}

/// Returns what is said where that happens at the target in the middle of an apply.
fn advice(host: &str, kind: RequestKind, fault: Fault) -> String {
    let operation = Operation::new(kind, Text::verbatim("`team/app`"));
    let failure = Failure::new(host, Attempt::Request(operation), fault);
    in_both(|| in_a_run(&failure, true, &target(host))).unwrap()
}
