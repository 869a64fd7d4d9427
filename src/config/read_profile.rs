//! What is said of a kind of registry: in a file of its own, or in the target's table.

use crate::model::{HostPattern, IndexType, ProfileFacts, ProfileFile};

use super::diagnostics::Diagnostic;
use super::node::{Node, Value};
use super::reader::Reader;
use super::table::Table;

/// Reads a profile file.
pub(super) fn file(reader: &mut Reader<'_>, root: &Node) -> ProfileFile {
    let Some(mut table) = reader.table(root, "profile") else {
        return ProfileFile::default();
    };
    let hosts = table.take("hosts");
    let hosts = hosts.map_or(&[][..], |node| reader.list(node, "hosts"));
    let hosts = hosts.iter().filter_map(|node| reader.text(node, "hosts"));
    let file = ProfileFile {
        hosts: hosts.map(|host| HostPattern::new(&host.value)).collect(),
        facts: facts(reader, &mut table),
    };
    reader.finish(table, &text!("the profile", "这个 profile "));
    file
}

/// Reads what is known of a registry.
pub(super) fn facts(reader: &mut Reader<'_>, table: &mut Table<'_>) -> ProfileFacts {
    ProfileFacts {
        image_configs_only: table.read("image-configs-only", |node, key| reader.boolean(node, key)),
        index_types: table.read("index-types", |node, key| index_types(reader, node, key)),
        attestations: table.read("attestations", |node, key| reader.boolean(node, key)),
        namespace_levels: table.read("namespace-levels", |node, key| {
            reader.at_least_one(node, key)
        }),
        name_levels: table.read("name-levels", |node, key| reader.at_least_one(node, key)),
        name_length: table.read("name-length", |node, key| name_length(reader, node, key)),
        mount: table.read("mount", |node, key| reader.boolean(node, key)),
        delete: table.read("delete", |node, key| reader.boolean(node, key)),
        referrers_api: table.read("referrers-api", |node, key| reader.boolean(node, key)),
        repository_limit: table.read("repository-limit", |node, key| {
            reader.at_least_one(node, key)
        }),
        starting_concurrency: table.read("starting-concurrency", |node, key| {
            reader.at_least_one(node, key)
        }),
        login: table.read("login", |node, key| reader.word(node, key)),
    }
}

fn index_types(reader: &mut Reader<'_>, node: &Node, key: &str) -> Option<Vec<IndexType>> {
    let items = reader.list(node, key);
    let types = items.iter().map(|item| reader.word(item, key));
    let types = types.collect::<Option<Vec<IndexType>>>()?;
    if items.is_empty() && matches!(node.value, Value::List(_)) {
        let message = text!(
            "`{key}` is empty, and a registry takes one type of index at least",
            "`{key}` 是空的，而仓库至少要收一种索引"
        );
        let place = reader.place(&node.span);
        reader.report(Diagnostic::error("wrong-value", message).at(place));
    }
    Some(types).filter(|types| !types.is_empty())
}

fn name_length(reader: &mut Reader<'_>, node: &Node, key: &str) -> Option<(usize, usize)> {
    let wanted = text!(
        "two numbers, the least and the greatest: `[2, 64]`",
        "两个数字，最小的和最大的：`[2, 64]`"
    );
    if let Value::List(items) = &node.value
        && let [least, most] = items.as_slice()
    {
        let least = reader.number(least, key, &text!("a number", "数字"), |_: &usize| true)?;
        let fits = |most: &usize| *most >= least && *most > 0;
        let most = reader.number(most, key, &wanted, fits)?;
        return Some((least, most));
    }
    let place = reader.place(&node.span);
    let message = text!("`{key}` must be {wanted}", "`{key}` 应该是{wanted}");
    reader.report(Diagnostic::error("wrong-type", message).at(place));
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::format::Format;
    use crate::config::{Variables, from_toml};
    use crate::model::Profile;

    /// What reads the program's own files, and what reads those of users, agree.
    #[test]
    fn the_programs_own_files_are_read_as_those_of_users() {
        let variables = Variables::new();
        for (name, text) in Profile::files() {
            let root = from_toml::parse(text).unwrap();
            let mut reader = Reader::new(name, Format::Toml, &variables);
            let read = file(&mut reader, &root);
            assert_eq!(reader.diagnostics, [], "{name}");
            assert_eq!(Ok(read), toml::from_str(text), "{name}");
        }
    }
}
