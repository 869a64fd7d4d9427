//! The first files of a mirror: what is in them, and whether what somebody answered can be.

use crate::config::{
    self, Diagnostic, Input, Loaded, NAMESPACE_VARIABLE, REGISTRY_VARIABLE, Severity,
};
use crate::model::Text;

/// The list.
pub const LIST: &str = "images.txt";
/// The mirror file.
pub const MIRROR: &str = "mirror.yaml";
/// The workflow.
pub const WORKFLOW: &str = ".github/workflows/mirror.yml";

/// The workflow that a user's repository has; it calls the one of this repository.
const TEMPLATE: &str = include_str!("../../templates/mirror.yml");
/// Who publishes this program, in the template and in the package's address.
const OWNER: &str = "OWNER";

/// What somebody answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// The registry's host.
    pub registry: String,
    /// The namespace in it.
    pub namespace: String,
    /// The images, each as a line of the list.
    pub images: Vec<String>,
}

impl Answers {
    /// Returns what the answers declare, and what is wrong with them.
    pub fn read(&self) -> Loaded {
        let environment = [
            (REGISTRY_VARIABLE, &self.registry),
            (NAMESPACE_VARIABLE, &self.namespace),
        ];
        let own = |(name, value): (&str, &String)| (name.to_owned(), value.clone());
        config::load(&Input {
            path: LIST,
            text: &self.list(),
            environment: &environment.into_iter().map(own).collect(),
            read: &|_| Err(text!("a list includes nothing", "列表不包含别的文件")),
            names: &|_| vec![],
        })
    }

    /// Says what is wrong with the registry, or with the namespace where there is one.
    pub fn wrong_target(&self) -> Option<Text> {
        let told = self.read().diagnostics;
        let mut told = told.iter().filter(|told| told.code == "target-not-valid");
        told.next().map(|told| told.message.clone())
    }

    /// Returns what is wrong with the images first, and with which.
    pub fn wrong_image(&self) -> Option<(&str, Diagnostic)> {
        let loaded = self.read();
        let is_theirs =
            |told: &Diagnostic| told.severity == Severity::Error && told.code != "target-not-valid";
        let told = loaded.check().into_iter().find(is_theirs)?;
        let line = told
            .place
            .as_ref()
            .map(|place| loaded.files.position(place).0);
        let image = line.and_then(|line| self.images.get(line.checked_sub(1)?));
        Some((image.map_or(LIST, String::as_str), told))
    }

    /// Returns the list.
    pub fn list(&self) -> String {
        let lines = self.images.iter().map(|image| format!("{image}\n"));
        lines.collect()
    }

    /// Returns the mirror file that includes the list.
    pub fn mirror_file(&self) -> String {
        let Self {
            registry,
            namespace,
            images: _,
        } = self;
        format!(
            "version: 1\ntarget:\n  registry: {registry}\n  namespace: {namespace}\ninclude: [{LIST}]\n\
             # More than a list can say: platforms, other names, and settings of registries.\n\
             # images:\n#   - source: ghcr.io/org/app:v1\n#     platforms: [linux/amd64, linux/arm64]\n#     target: app:v1\n"
        )
    }
}

/// Returns the workflow, and whether its reader still has to say whose program it is.
pub fn workflow() -> (String, bool) {
    let mut parts = env!("CARGO_PKG_REPOSITORY").rsplit('/');
    let owner = parts.nth(1).unwrap_or(OWNER);
    (TEMPLATE.replace(OWNER, owner), owner == OWNER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(registry: &str, namespace: &str, image: &str) -> Answers {
        Answers {
            registry: registry.to_owned(),
            namespace: namespace.to_owned(),
            images: vec![image.to_owned()],
        }
    }

    #[test]
    fn answers_are_held_against_the_rules_of_the_files() {
        let good = answers("registry.cn-hangzhou.aliyuncs.com", "team", "nginx:1.27");
        assert_eq!(good.wrong_target(), None);
        assert_eq!(good.wrong_image(), None);
        for (registry, namespace) in [
            ("a b", "team"),
            ("r.example.com", "Team"),
            ("registry.cn-hangzhou.aliyuncs.com", "a/b"),
        ] {
            let wrong = answers(registry, namespace, "nginx").wrong_target();
            assert!(wrong.is_some(), "{registry} {namespace}");
        }
        let wrong = answers("r.example.com", "team", "nginx:1:2");
        assert_eq!(wrong.wrong_image().unwrap().0, "nginx:1:2");
    }

    #[test]
    fn what_is_written_can_be_read() {
        let answers = answers(
            "registry.cn-hangzhou.aliyuncs.com",
            "team",
            "--platform=linux/arm64 nginx:1.27",
        );
        let loaded = config::load(&Input {
            path: MIRROR,
            text: &answers.mirror_file(),
            environment: &config::Variables::new(),
            read: &|name| {
                assert_eq!(name, LIST);
                Ok(answers.list())
            },
            names: &|_| vec![],
        });
        assert_eq!(loaded.diagnostics, []);
        assert_eq!(loaded.desired().unwrap()[0].entries.len(), 1);
        assert_eq!(
            loaded.known_targets().next().unwrap().to_string(),
            "registry.cn-hangzhou.aliyuncs.com/team"
        );
        // The comment in it is right as well.
        let uncommented = answers
            .mirror_file()
            .replace("# images:", "images:")
            .replace("\n#   ", "\n  ");
        let loaded = config::load(&Input {
            path: MIRROR,
            text: &uncommented,
            environment: &config::Variables::new(),
            read: &|_| Ok(String::new()),
            names: &|_| vec![],
        });
        assert_eq!(
            loaded.desired().unwrap()[0].entries.len(),
            1,
            "{uncommented}"
        );
    }
}
