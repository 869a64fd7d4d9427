//! By whom images must be signed.

use crate::config::at::At;
use crate::config::diagnostics::Diagnostic;
use crate::config::files::Place;
use crate::config::node::Node;
use crate::config::reader::Reader;
use crate::config::table::Table;
use crate::config::verify_table::{CosignTable, GitHubTable, VerifyTable};
use crate::model::Text;
use crate::verify::is_private;

use super::selection::one_or_list;

/// How the addresses of GitHub's repositories begin, which are not a part of their names.
const GITHUB: &str = "https://github.com/";
/// Where workflows stand in a repository.
const WORKFLOWS: &str = "/.github/workflows/";

/// Reads one rule.
pub(super) fn rule(reader: &mut Reader<'_>, node: &Node) -> Option<VerifyTable> {
    let what = text!("a rule of `verify`", "`verify` 的规则");
    let mut table = reader.table(node, &what)?;
    let place = reader.place(&node.span);
    let images = texts(reader, &mut table, "images");
    if images.is_none() {
        let hint = text!(
            "say for which sources it is: `images: ghcr.io/org/*`",
            "写明用于哪些源：`images: ghcr.io/org/*`"
        );
        missing(reader, &place, "images", hint);
    }
    let cosign = table.take("cosign");
    let github = table.take("github");
    let unsigned = table.read("unsigned", |node, key| reader.boolean(node, key));
    let trusted_root = table.take_pair("trusted-root");
    let ways = [
        cosign.is_some(),
        github.is_some(),
        unsigned.unwrap_or_default(),
    ];
    if ways.into_iter().filter(|way| *way).count() != 1 {
        let message = text!(
            "a rule of `verify` needs one of `cosign`, `github` and `unsigned: true`",
            "`verify` 的规则要写 `cosign`、`github`、`unsigned: true` 其中的一个"
        );
        let told = Diagnostic::error("verify-how", message).at(place.clone());
        reader.report(told.help(text!(
            "for a key: `cosign: {{ key: cosign.pub }}`",
            "用密钥时：`cosign: {{ key: cosign.pub }}`"
        )));
    }
    let cosign = cosign.and_then(|node| cosign_table(reader, node));
    let github = github.and_then(|node| github_table(reader, node));
    let by_key = cosign.as_ref().is_some_and(|cosign| !cosign.key.is_empty());
    if let Some(pair) = trusted_root.filter(|_| by_key || unsigned == Some(true)) {
        let message = text!(
            "`trusted-root` does nothing here: nobody has to vouch for a key",
            "`trusted-root` 在这里不起作用：密钥不需要别人证明"
        );
        let told = Diagnostic::error("unused-trusted-root", message);
        let told = told.at(reader.place(&pair.key_span));
        reader.report(told.help(text!("take it out", "去掉它")));
    }
    let trusted_root = trusted_root.and_then(|pair| reader.text(&pair.value, "trusted-root"));
    reader.finish(table, &what);
    Some(VerifyTable {
        images: images?,
        cosign,
        github,
        unsigned,
        trusted_root,
        place,
    })
}

/// Reads one text or several; none where there is no such key.
fn texts(
    reader: &mut Reader<'_>,
    table: &mut Table<'_>,
    key: &'static str,
) -> Option<Vec<At<String>>> {
    let nodes = one_or_list(table.take(key)?);
    // Each is looked at, whatever is wrong with another.
    Some(
        nodes
            .iter()
            .filter_map(|node| reader.text(node, key))
            .collect(),
    )
}

fn missing(reader: &mut Reader<'_>, place: &Place, key: &str, hint: Text) {
    let message = text!("the key `{key}` is missing", "缺少 `{key}` 这个键");
    let told = Diagnostic::error("missing-key", message).at(place.clone());
    reader.report(told.help(hint));
}

fn cosign_table(reader: &mut Reader<'_>, node: &Node) -> Option<CosignTable> {
    let mut table = reader.table(node, "cosign")?;
    let key = texts(reader, &mut table, "key");
    let private = key.iter().flatten().filter(|key| is_private(&key.value));
    let private: Vec<_> = private.map(|key| key.place.span.clone()).collect();
    reader.secrets.extend(private);
    let mut text = |table: &mut Table<'_>, name| {
        let found = table.read(name, |node, key| reader.text(node, key));
        found.map(|found| found.value)
    };
    let issuer = text(&mut table, "issuer").filter(|issuer| !issuer.is_empty());
    let identity = text(&mut table, "identity").filter(|identity| !identity.is_empty());
    // A list without keys names nobody.
    let key = key.filter(|key| !key.is_empty());
    let says = (key.is_some(), issuer.is_some(), identity.is_some());
    if !matches!(says, (true, false, false) | (false, true, true)) {
        let message = text!(
            "`cosign` needs a `key`, or an `issuer` and an `identity`",
            "`cosign` 要写 `key`，或者写 `issuer` 和 `identity`"
        );
        let told = Diagnostic::error("cosign-by-whom", message).at(reader.place(&node.span));
        reader.report(told.help(text!(
            "anybody can sign: who it must be has to be said, and who tells that",
            "谁都可以签名：要写明必须是谁签的，以及由谁来证明"
        )));
    }
    reader.finish(table, &text!("`cosign`", "`cosign` "));
    Some(CosignTable {
        key: key.unwrap_or_default(),
        issuer,
        identity,
    })
}

fn github_table(reader: &mut Reader<'_>, node: &Node) -> Option<GitHubTable> {
    let mut table = reader.table(node, "github")?;
    let repository = table.take("repository");
    if repository.is_none() {
        let place = reader.place(&node.span);
        let hint = text!(
            "say from what the images are built: `repository: OWNER/NAME`",
            "写明镜像是从哪里构建的：`repository: OWNER/NAME`"
        );
        missing(reader, &place, "repository", hint);
    }
    let repository = repository.and_then(|node| {
        let wanted = text!("`OWNER/NAME`", "`OWNER/NAME`");
        let is_one = |name: &str| {
            name.split('/').count() == 2 && name.split('/').all(|part| !part.is_empty())
        };
        on_github(reader, node, "repository", &wanted, is_one)
    });
    let signer_workflow = table.read("signer-workflow", |node, key| {
        let wanted = text!(
            "such as `OWNER/NAME/.github/workflows/build.yml`",
            "如 `OWNER/NAME/.github/workflows/build.yml`"
        );
        on_github(reader, node, key, &wanted, |name| {
            name.contains(WORKFLOWS) && !name.contains('@')
        })
    });
    reader.finish(table, &text!("`github`", "`github` "));
    Some(GitHubTable {
        repository: repository?,
        signer_workflow,
    })
}

/// Reads the name of something on GitHub.
fn on_github(
    reader: &mut Reader<'_>,
    node: &Node,
    key: &str,
    wanted: &Text,
    is_one: impl Fn(&str) -> bool,
) -> Option<String> {
    let At { value, place } = reader.text(node, key)?;
    let bare = value.strip_prefix(GITHUB).unwrap_or(&value);
    if is_one(bare) && bare == value {
        return Some(value);
    }
    let message = text!("`{key}` cannot be `{value}`", "`{key}` 不能是 `{value}`");
    let told = Diagnostic::error("wrong-value", message).at(place.clone());
    reader.report(if is_one(bare) {
        told.replace(place, reader.format.quote(bare))
    } else {
        told.help(text!("it is {wanted}", "应该是 {wanted}"))
    });
    None
}
