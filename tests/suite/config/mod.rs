//! From text to the desired set.

mod any_text;
mod bounds;
mod check;
mod docs;
mod edit;
mod import;
mod import_forms;
mod model;
mod names;
mod offers;
mod tags;

use pusher::config::{Input, Loaded, Variables, load};
use pusher::model::Text;

/// Returns the environment that most tests run in.
fn environment() -> Variables {
    let variables = [
        ("ALIYUN_REGISTRY", "registry.cn-hangzhou.aliyuncs.com"),
        ("ALIYUN_NAME_SPACE", "team"),
        ("EX_USER", "me"),
        ("EX_PASSWORD", "hunter2"),
    ];
    variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// Loads a file that includes nothing but `images.txt`, which has `list`.
fn load_with(path: &str, text: &str, list: &str, environment: &Variables) -> Loaded {
    let read = |asked: &str| match asked {
        "images.txt" => Ok(list.to_owned()),
        other => Err(Text::verbatim(format!("there is no file `{other}`"))),
    };
    load(&Input {
        path,
        text,
        environment,
        read: &read,
        names: &|_| vec![],
    })
}

fn loaded(path: &str, text: &str) -> Loaded {
    load_with(path, text, "", &environment())
}
