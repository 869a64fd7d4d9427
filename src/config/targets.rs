//! Where the images of a mirror file go: to one target, or to several by name.

use crate::plan::{Target, TargetLabel};

use super::at::At;
use super::diagnostics::Diagnostic;
use super::files::Place;
use super::mirror_file::{MirrorFile, NamedTarget, TargetTable};
use super::naming_rule::NamingRule;
use super::profiles::Profiles;
use super::settings::Registries;
use super::target::{from_environment, from_mirror, parse_host};

/// One of the places where images go.
pub(super) struct Destination {
    /// Which one it is; none where that is missing or wrong.
    pub(super) target: Option<Target>,
    /// What it is called where there are several, whether it can be understood or not.
    pub(super) label: Option<TargetLabel>,
    /// How images are named there.
    pub(super) naming: NamingRule,
}

impl Destination {
    /// Returns the target that the environment names.
    pub(super) fn of_environment(profiles: &mut Profiles<'_>) -> Self {
        Self {
            target: from_environment(profiles),
            label: None,
            naming: NamingRule::default(),
        }
    }

    fn of_table(table: &TargetTable, profiles: &mut Profiles<'_>) -> Self {
        Self {
            target: from_mirror(table, profiles),
            label: None,
            naming: table.naming.clone().unwrap_or_default(),
        }
    }
}

/// Returns where the images of a file go, in its order.
pub(super) fn destinations(file: &MirrorFile, profiles: &mut Profiles<'_>) -> Vec<Destination> {
    if let (Some(one), Some(several)) = (&file.target, file.targets.first()) {
        let message = text!(
            "`target` and `targets` cannot both say where images go",
            "`target` 和 `targets` 不能同时写"
        );
        let both = Diagnostic::error("two-ways", message)
            .at(several.name.place.clone())
            .related(one.place.clone(), text!("`target`", "`target`"));
        profiles.diagnostics.push(both.help(text!(
            "put the one `target` among the `targets`, by a name",
            "给 `target` 里的目标起个名字，放进 `targets`"
        )));
    }
    if file.targets.is_empty() {
        return vec![match &file.target {
            Some(table) => Destination::of_table(&table.value, profiles),
            None => Destination::of_environment(profiles),
        }];
    }
    let mut found: Vec<Destination> = Vec::with_capacity(file.targets.len());
    for NamedTarget { name, table } in &file.targets {
        let mut destination = Destination::of_table(&table.value, profiles);
        destination.label = Some(name.value.clone());
        if let Some(target) = &mut destination.target {
            target.label = Some(name.value.clone());
            let overlaps = |other: &Destination| {
                let other = other.target.as_ref();
                other.is_some_and(|other| other.overlaps(target))
            };
            if let Some(first) = found.iter().position(overlaps) {
                let first = &file.targets[first].name;
                profiles.diagnostics.push(overlap(name, first));
            }
        }
        found.push(destination);
    }
    found
}

/// Says that one target is where another is, or inside of it: each would delete and replace what the other has.
fn overlap(name: &At<TargetLabel>, first: &At<TargetLabel>) -> Diagnostic {
    let message = text!(
        "`{}` and `{}` can have images of the same names in one registry",
        "`{}` 和 `{}` 在同一个仓库里，镜像名可能相同",
        name.value,
        first.value
    );
    Diagnostic::error("targets-overlap", message)
        .at(name.place.clone())
        .related(first.place.clone(), text!("the first one", "第一个"))
        .help(text!(
            "give each a namespace of its own, which is no part of the other's",
            "各用各的命名空间，不要一个在另一个里面"
        ))
}

/// Puts the logins that stand at targets where those of all registries are.
pub(super) fn take_logins(file: &mut MirrorFile, diagnostics: &mut Vec<Diagnostic>) {
    let MirrorFile {
        target,
        targets,
        registries,
        ..
    } = file;
    let several = targets.iter_mut().map(|target| &mut target.table);
    for At { value, place } in target.iter_mut().chain(several) {
        let host = value.registry.as_ref();
        let host = host.and_then(|host| parse_host(&host.value).ok());
        if let Some(host) = host
            && let Some(told) = take_login(&host, value, place, registries)
        {
            diagnostics.push(told);
        }
    }
}

fn take_login(
    host: &str,
    table: &mut TargetTable,
    place: &Place,
    registries: &mut Registries,
) -> Option<Diagnostic> {
    let login = (table.username.take()?, table.password.take()?);
    let settings = registries.entry(host.to_owned()).or_default();
    let known = settings.username.take().zip(settings.password.take());
    // Requests, limits and tokens are a host's: it knows one user in a run.
    let differs = known.as_ref().is_some_and(|known| *known != login);
    (settings.username, settings.password) = (Some(login.0), Some(login.1));
    differs.then(|| {
        let message = text!(
            "another login is written for `{host}`",
            "`{host}` 还写了另一个登录账号"
        );
        let told = Diagnostic::error("two-logins", message).at(place.clone());
        told.help(text!(
            "one user for a host: keep one login, of a user who may push to all of it",
            "一个主机只用一个账号：留下一个，用对各处都有推送权限的账号"
        ))
    })
}
