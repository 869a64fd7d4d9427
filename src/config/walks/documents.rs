//! A file of YAML or JSON, document by document.

use crate::config::diagnostics::Diagnostic;
use crate::config::node::{Node, Value};
use crate::config::tree;

use super::field::spot;
use super::paths::ImagePath;
use super::spot::Spot;
use super::walked::Walked;
use super::{compose, elsewhere, kubernetes, kustomization, uses, values, well_known};

#[expect(
    clippy::result_large_err,
    reason = "an error is made once for each file"
)]
pub(super) fn walk(path: &str, text: &str, paths: &[ImagePath]) -> Result<Walked, Diagnostic> {
    let roots = tree::documents(text).map_err(|error| {
        let told = error.diagnostic(path);
        if !text.contains("{{") {
            return told;
        }
        told.help(text!(
            "a template of a chart is no YAML yet: `helm template … | pusher rewrite -`",
            "chart 的模板还不是 YAML：用 `helm template … | pusher rewrite -`"
        ))
    })?;
    let mut walked = Walked::default();
    // A list of objects is as many documents.
    let each = roots.iter().flat_map(|root| match &root.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(root),
    });
    walked.is_known = roots
        .iter()
        .any(|root| matches!(root.value, Value::List(_)));
    for root in &roots {
        uses::walk(text, root, &mut walked.other_uses);
    }
    for root in each {
        let Walked {
            spots,
            elsewhere,
            global_registry,
            is_known,
            ..
        } = &mut walked;
        *is_known |= matches!(root.value, Value::Table(_) | Value::List(_));
        if kustomization::is(path, root) {
            kustomization::walk(text, root, spots);
        } else if kubernetes::is(root) || !matches!(root.value, Value::Table(_)) {
            objects(text, root, paths, spots);
        } else if compose::is(root) {
            compose::walk(text, root, spots);
        } else {
            values::walk(text, root, spots);
            *global_registry = values::global_registry(text, root).or(global_registry.take());
        }
        for path in paths {
            path.each(root, &mut |node| spots.extend(at_path(text, node)));
        }
        elsewhere::walk(text, root, elsewhere);
    }
    Ok(walked)
}

/// Finds what stands in objects of Kubernetes.
fn objects(text: &str, root: &Node, paths: &[ImagePath], spots: &mut Vec<Spot>) {
    kubernetes::images(root, &mut |image| spots.extend(spot(text, image)));
    kubernetes::objects(root, &mut |object| {
        for path in well_known::images(object) {
            path.each(object, &mut |node| spots.extend(at_path(text, node)));
        }
        for path in well_known::values(object) {
            path.each(object, &mut |node| values::walk(text, node, spots));
        }
        // The root is no other's part, and is looked at by who called.
        if !std::ptr::eq(object, root) {
            for path in paths {
                path.each(object, &mut |node| spots.extend(at_path(text, node)));
            }
        }
    });
}

/// Takes the image to which a path leads: a text, or the table of one.
fn at_path(text: &str, node: &Node) -> Option<Spot> {
    match &node.value {
        Value::Table(_) => values::table(text, "image", node),
        _ => spot(text, node),
    }
}
