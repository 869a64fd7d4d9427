//! Which profile a target has: one of the program's, or one of a file beside the mirror file.

use crate::model::{Profile, ProfileFile, ProfileName, check_path, listed};

use super::Input;
use super::at::At;
use super::diagnostics::Diagnostic;
use super::files::{Files, Place, beside};
use super::format::Format;
use super::from_toml;
use super::mirror_file::AUTO;
use super::read_profile;
use super::reader::Reader;
use super::spelling::closest;

/// The folder beside the mirror file that holds profiles.
const FOLDER: &str = "profiles";
/// How the names of their files end.
const ENDING: &str = ".toml";

/// Finds profiles; what is wrong with them becomes diagnostics.
pub(super) struct Profiles<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) files: &'a mut Files,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
}

impl Profiles<'_> {
    /// Returns the profile of a host, by the patterns of the files, then by those of the program.
    pub(super) fn of_host(&mut self, host: &str) -> Profile {
        for (_, path) in self.own() {
            if let Some((profile, file)) = self.read(&path, None)
                && file.hosts.iter().any(|pattern| pattern.matches(host))
            {
                return profile;
            }
        }
        Profile::of_host(host)
    }

    /// Returns the profile of a name or a path, or of the host; none if there is none such.
    pub(super) fn named(&mut self, wanted: &At<String>, host: Option<&str>) -> Option<Profile> {
        let name = wanted.value.as_str();
        if name == AUTO {
            return host.map(|host| self.of_host(host));
        }
        let own = self.own();
        let path = if name.contains(['/', '\\']) || name.ends_with(ENDING) {
            Some(beside(self.input.path, name))
        } else {
            let mut own = own.iter();
            let found = own.find(|(own, _)| own == name);
            found.map(|(_, path)| path.clone())
        };
        if let Some(path) = path {
            let (profile, _) = self.read(&path, Some(&wanted.place))?;
            return Some(profile);
        }
        let found = Profile::named(name);
        if found.is_none() {
            let own = own.into_iter().map(|(own, _)| own);
            self.tell_unknown(wanted, own.collect());
        }
        found
    }

    /// Returns the names of the profiles beside the mirror file, with their paths. A name that the program has is its
    /// own: who has the program's sources beside the mirror file means nothing by them.
    fn own(&self) -> Vec<(String, String)> {
        let folder = beside(self.input.path, FOLDER);
        let mut names = (self.input.names)(&folder);
        names.sort();
        let own = names.iter().filter_map(|file| {
            let name = file.strip_suffix(ENDING)?;
            if Profile::named(name).is_some() {
                return None;
            }
            let path = beside(self.input.path, &format!("{FOLDER}/{file}"));
            Some((name.to_owned(), path))
        });
        own.collect()
    }

    /// Reads a profile's file, which may be named at a place.
    fn read(&mut self, path: &str, named: Option<&Place>) -> Option<(Profile, ProfileFile)> {
        let text = match (self.input.read)(path) {
            Ok(text) => text,
            Err(why) => {
                let message = text!(
                    "cannot read the profile `{path}`: {why}",
                    "无法读取 profile `{path}`：{why}"
                );
                let told = Diagnostic::error("not-readable", message);
                self.diagnostics.push(match named {
                    Some(place) => told.at(place.clone()).help(text!(
                        "paths are relative to the mirror file",
                        "路径从 mirror 文件所在的目录算起"
                    )),
                    None => told,
                });
                return None;
            }
        };
        self.files.add(path, &text);
        let text = self.files.text(path);
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let name = name.strip_suffix(ENDING).unwrap_or(name);
        if let Err(why) = check_path(name) {
            let message = text!(
                "`{name}` cannot be the name of a profile: it {why}",
                "`{name}` 不能作 profile 的名字：{why}"
            );
            let place = Place {
                file: path.into(),
                span: 0..0,
            };
            self.diagnostics
                .push(Diagnostic::error("not-a-profile", message).at(place));
            return None;
        }
        let root = match from_toml::parse(text) {
            Ok(root) => root,
            Err(error) => {
                self.diagnostics.push(error.diagnostic(path));
                return None;
            }
        };
        let mut reader = Reader::new(path, Format::Toml, self.input.environment);
        let file = read_profile::file(&mut reader, &root);
        self.diagnostics.append(&mut reader.diagnostics);
        let profile = Profile::unknown(ProfileName::new(name)).with(&file.facts);
        Some((profile, file))
    }

    fn tell_unknown(&mut self, wanted: &At<String>, own: Vec<String>) {
        let built_in = Profile::built_in().map(|profile| profile.name.to_string());
        let names = [AUTO.to_owned()].into_iter().chain(own).chain(built_in);
        let names: Vec<String> = names.collect();
        let At { value, place } = wanted;
        let message = text!(
            "`profile` cannot be `{value}`",
            "`profile` 不能是 `{value}`"
        );
        let all = listed(names.iter().map(|name| format!("`{name}`")));
        let told = Diagnostic::error("wrong-value", message)
            .at(place.clone())
            .help(text!(
                "it is one of {all}, or the path of a file such as `./my-registry.toml`",
                "可选的值：{all}，或者写文件的路径，如 `./my-registry.toml`"
            ));
        self.diagnostics
            .push(match closest(value, names.iter().map(String::as_str)) {
                Some(meant) => told.replace(place.clone(), meant),
                None => told,
            });
    }
}
