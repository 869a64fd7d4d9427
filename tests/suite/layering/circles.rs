//! No circle between the files of a folder: each can be understood by those that it needs, and none of
//! those needs it.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::Modules;
use super::source::Paths;

/// What the files of each folder need of each other.
type Needs = BTreeMap<String, BTreeSet<String>>;

fn needs(modules: &Modules) -> Needs {
    let folder = |module: &str| module.split("::").next().unwrap_or_default().to_owned();
    let need = |(module, paths): (&str, &Paths)| {
        let homes = paths.used.iter();
        let homes = homes.filter_map(|path| modules.home(module, path));
        let beside = homes.filter(|home| home != module && folder(home) == folder(module));
        (module.to_owned(), beside.collect())
    };
    let is_test = |(module, _): &(&str, _)| module.split("::").any(|word| word == "tests");
    modules
        .iter()
        .filter(|one| !is_test(one))
        .map(need)
        .collect()
}

/// Returns everything that a file needs, and what that needs, and so on.
fn reached<'n>(needs: &'n Needs, from: &str) -> BTreeSet<&'n str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = needs
        .get(from)
        .into_iter()
        .flatten()
        .map(|n| &**n)
        .collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(needs.get(next).into_iter().flatten().map(|n| &**n));
        }
    }
    reached
}

/// Returns the circles: files that all need each other in the end.
fn circles(needs: &Needs) -> BTreeSet<Vec<&str>> {
    let all: BTreeMap<&str, _> = needs
        .keys()
        .map(|file| (&**file, reached(needs, file)))
        .collect();
    let circle = |file: &&'_ str| {
        let back = |other: &&&str| all.get(**other).is_some_and(|of| of.contains(*file));
        let members: Vec<_> = all[*file].iter().filter(back).copied().collect();
        (!members.is_empty()).then_some(members)
    };
    all.keys().filter_map(circle).collect()
}

#[test]
fn no_files_of_a_folder_need_each_other() {
    let needs = needs(&Modules::read());
    let told = circles(&needs).into_iter().map(|circle| {
        let steps = circle.iter().flat_map(|from| {
            let to = needs[*from].iter();
            let to = to.filter(|to| circle.contains(&&***to));
            to.map(move |to| format!("  {from} needs {to}\n"))
        });
        steps.collect::<String>()
    });
    let told: Vec<_> = told.collect();
    assert!(told.is_empty(), "circles:\n{}", told.join("and\n"));
}

#[test]
fn a_circle_is_found_through_what_hands_on_and_through_others() {
    let found = |texts: &[(&str, &str)]| -> Vec<String> {
        let needs = needs(&Modules::of(texts.iter().copied()));
        let found = circles(&needs).into_iter();
        found.map(|circle| circle.join(" ")).collect()
    };
    let clean = [
        (
            "a",
            "mod b; mod c; pub use b::B; use c::C; fn a() { c::d(); }",
        ),
        ("a::b", "use super::c::C; use crate::other::x;"),
        ("a::c", "#[cfg(test)]\nmod tests { use crate::a::B; }"),
        ("other", "use crate::a::B;"),
    ];
    assert_eq!(found(&clean), [""; 0]);
    let mut handed_on = clean;
    handed_on[2].1 = "use super::B;";
    assert_eq!(found(&handed_on), ["a::b a::c"]);
    let mut own_folder = clean;
    own_folder[2].1 = "use super::a;";
    assert_eq!(found(&own_folder), ["a a::c"]);
    let mut long = clean;
    long[1].1 = "fn b() { super::c::x(); }";
    long[2].1 = "use crate::a::{d::D};";
    assert_eq!(
        found(&[&long[..], &[("a::d", "use super::B;")]].concat()),
        ["a::b a::c a::d"]
    );
}
