use super::*;

fn name(repository: &str) -> TargetName {
    TargetName {
        repository: repository.to_owned(),
        tag: "1".to_owned(),
    }
}

#[test]
fn refuses_names_by_rule() {
    let refusal = |kind, repository: &str| {
        let refused = Profile::named(kind)
            .unwrap()
            .refuses_name(&name(repository));
        refused.map(|refused| refused.to_string())
    };
    let personal = |repository| refusal("acr-personal", repository);
    assert_eq!(personal("nginx"), None);
    assert_eq!(personal("linux_arm64_xiaoyaliu_alist"), None);
    for (name, why) in [
        (
            "a/b",
            "acr-personal refuses the repository name `a/b`: it has 2 levels",
        ),
        ("x", "1 character,"),
        (&*"x".repeat(65), "65 characters,"),
        ("-ab", "begins or ends with a separator"),
        ("ab_", "separator"),
        ("aB", "`B`"),
    ] {
        let text = personal(name).unwrap_or_default();
        assert!(text.contains(why), "{name}: {text}");
    }
    assert_eq!(refusal("acr-enterprise", "team/app"), None);
    assert_eq!(refusal("generic", "x"), None);
}

#[test]
fn no_registry_takes_what_breaks_the_grammar() {
    for repository in [
        "",
        "a//b",
        "a..b",
        "a___b",
        "a.-b",
        "../a",
        "a/",
        "a:5000_b",
        &"x".repeat(256),
    ] {
        for kind in ["acr-personal", "acr-enterprise", "generic"] {
            let refused = Profile::named(kind)
                .unwrap()
                .refuses_name(&name(repository));
            let text = refused
                .map(|refused| refused.to_string())
                .unwrap_or_default();
            assert!(
                text.starts_with("no registry takes"),
                "{repository}: {text}"
            );
        }
    }
    let target = |namespace: usize| Target {
        label: None,
        registry: "registry.example".to_owned(),
        namespace: Some("n".repeat(namespace)),
        profile: Profile::generic(),
    };
    assert_eq!(target(200).refuses_name(&name(&"x".repeat(54))), None);
    assert!(target(200).refuses_name(&name(&"x".repeat(55))).is_some());
}

#[test]
fn a_namespace_has_as_many_levels_as_the_registry_knows() {
    let refused = |kind, namespace| {
        let refused = Profile::named(kind).unwrap().refuses_namespace(namespace);
        refused.map(|refused| refused.to_string())
    };
    assert_eq!(refused("acr-personal", "a"), None);
    assert_eq!(refused("generic", "a/b"), None);
    let text = refused("acr-personal", "a/b").unwrap();
    assert_eq!(
        text,
        "a namespace of acr-personal has at most 1 level, this one has 2"
    );
}

#[test]
fn the_nearest_name_is_taken() {
    let personal = Profile::named("acr-personal").unwrap();
    let nearest = |text: &str| {
        let nearest = personal.nearest_name(&name(text))?;
        assert_eq!(personal.refuses_name(&nearest), None);
        Some(nearest.repository)
    };
    for (text, name) in [
        ("nginx", Some("nginx")),
        ("platform/web/app", Some("platform_web_app")),
        ("Org/App", Some("org_app")),
        ("_nginx-", Some("nginx")),
        ("a:b+c", Some("a-b-c")),
        ("a..b", Some("a.b")),
        ("a___b", Some("a_b")),
        ("a.-b", Some("a-b")),
        ("a--b__c", Some("a--b__c")),
        ("a镜像b", Some("a-b")),
        ("x", None),
        ("///", None),
        ("镜像", None),
    ] {
        assert_eq!(nearest(text).as_deref(), name, "{text}");
    }
    let enterprise = Profile::named("acr-enterprise").unwrap();
    let kept = enterprise.nearest_name(&name("Team/App")).unwrap();
    assert_eq!(kept.repository, "team/app");
}

#[test]
fn names_that_are_cut_stay_apart() {
    let personal = Profile::named("acr-personal").unwrap();
    let long = |end: &str| format!("{}-{end}", "x".repeat(80));
    let cut = |end| personal.nearest_name(&name(&long(end))).unwrap();
    assert_eq!(cut("alpha").repository.len(), 64);
    assert_ne!(cut("alpha"), cut("beta"));
    assert_eq!(cut("alpha"), cut("alpha"));
}
