//! A checkup in Chinese.

use std::time::Duration;

use insta::assert_snapshot;
use pusher::checkup::{
    Check, Checkup, Examined, Fact, FilesRead, Outcome, Pulls, Repositories, Side, Skip, Step,
    Trouble, Unset,
};
use pusher::model::{Asks, Failure, Fault, Language, Reference, Text, Way};
use pusher::render::{self, Format, View};

use super::chinese::chinese;
use super::fixtures::{name, target};

fn image() -> Reference {
    "docker.io/library/app:1".parse().unwrap()
}

fn failure() -> Failure {
    Failure::of_image(&image(), Fault::CutShort)
}

/// What is found on the way to a registry's answer.
fn at_the_door() -> Vec<(Check, Fact)> {
    let way = |proxy: Option<&str>, tls| Way {
        tls,
        proxy: proxy.map(str::to_owned),
    };
    let token = |service: Option<&str>| Asks::Token {
        server: "auth.docker.io".to_owned(),
        service: service.map(str::to_owned),
    };
    vec![
        (Check::Name, Fact::Named(way(None, true))),
        (Check::Name, Fact::Named(way(Some("p:1"), true))),
        (Check::Connection, Fact::Connected(way(None, true))),
        (Check::Connection, Fact::Connected(way(Some("p:1"), true))),
        (Check::Tls, Fact::Trusted(way(None, true))),
        (Check::Tls, Fact::Trusted(way(None, false))),
        (Check::Challenge, Fact::Asks(Asks::Nothing)),
        (Check::Challenge, Fact::Asks(Asks::Password)),
        (Check::Challenge, Fact::Asks(token(None))),
        (Check::Challenge, Fact::Asks(token(Some("registry")))),
        (Check::Challenge, Fact::OddAnswer(failure())),
        (Check::Clock, Fact::Clock(None)),
        (Check::Clock, Fact::Clock(Some(0))),
        (Check::Clock, Fact::Clock(Some(90))),
    ]
}

/// What is found behind it.
fn inside() -> Vec<(Check, Fact)> {
    let repository = || target().repository(&name("app:1"));
    let pulls = |limit, window| {
        Fact::Pulls(Pulls {
            remaining: 3,
            limit,
            window,
        })
    };
    let repositories = |looked, absent, hidden| {
        Fact::Repositories(Repositories {
            all: 20,
            looked,
            held: 0,
            absent,
            hidden,
        })
    };
    let window = Some(Duration::from_secs(21_600));
    let limit = Fact::RepositoryLimit {
        asked: 2,
        limit: 300,
    };
    vec![
        (Check::Login, Fact::Stranger),
        (Check::Read, Fact::Read(image())),
        (Check::Read, Fact::NoSuchImage(image())),
        (Check::Read, Fact::NotMirrored(image())),
        (Check::Repositories, repositories(16, 0, 0)),
        (Check::Repositories, repositories(20, 2, 0)),
        (Check::Repositories, repositories(20, 0, 3)),
        (Check::Repositories, repositories(20, 0, 20)),
        (Check::Push, Fact::LetIn(repository())),
        (Check::Push, Fact::LetInLeft(repository(), failure())),
        (Check::Quota, pulls(None, None)),
        (Check::Quota, pulls(Some(100), None)),
        (Check::Quota, pulls(Some(100), window)),
        (Check::Quota, limit),
    ]
}

/// Returns words by which the languages can be told apart.
fn in_language(english: &str) -> String {
    match Language::spoken() {
        Language::English => english.to_owned(),
        Language::Chinese => format!("中文（{english}）"),
    }
}

/// Everything that can come of a step.
fn checkup() -> Checkup {
    let too_many = Trouble::TooManyRepositories {
        asked: 301,
        limit: 300,
    };
    let failed = [
        (Check::Challenge, Trouble::Failure(failure())),
        (Check::Read, Trouble::Lied(image(), failure())),
        (Check::Clock, Trouble::Clock(-7200)),
        (Check::Login, Trouble::NoLogin),
        (Check::Quota, too_many),
    ];
    let skipped = [
        (Check::Read, Skip::Needs(Check::Challenge)),
        (Check::Read, Skip::NoImage),
        (Check::Read, Skip::NoDigest),
        (Check::Push, Skip::NotAsked),
        (Check::Push, Skip::NoImage),
    ];
    let found = at_the_door().into_iter().chain(inside());
    let found = found.map(|(check, fact)| (check, Outcome::Found(fact)));
    let failed = failed.map(|(check, trouble)| (check, Outcome::Failed(trouble)));
    let skipped = skipped.map(|(check, skip)| (check, Outcome::Skipped(skip)));
    let steps = found.chain(failed).chain(skipped);
    Checkup {
        files: FilesRead {
            name: "images.txt".to_owned(),
            images: 2,
            mistakes: 1,
        },
        unset: vec![Unset {
            message: Text::of(|| in_language("unset")),
            help: Some(Text::of(|| in_language("set it"))),
        }],
        target: Some(target()),
        registries: vec![Examined {
            registry: target().registry,
            side: Side::Target,
            mirror_of: None,
            steps: steps
                .map(|(check, outcome)| Step { check, outcome })
                .collect(),
        }],
    }
}

#[test]
fn a_checkup_in_chinese() {
    let said = |format| {
        let mut text = String::new();
        render::checkup(&checkup(), format, &View::default(), &mut text).unwrap();
        text
    };
    for format in [Format::Human, Format::Markdown] {
        let said = chinese(|| said(format));
        assert_snapshot!(format!("chinese_checkup_{}", format.as_str()), said);
    }
    assert_eq!(chinese(|| said(Format::Json)), said(Format::Json));
}
