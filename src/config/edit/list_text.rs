//! An image list as text: a line more, a line less, another platform or name in a line.

use std::ops::Range;

use crate::config::ListForm;
use crate::config::dockerfile_line::{Name, Parts};
use crate::config::image_list_line::{split_platform, words};

use super::line;
use super::wish::Keys;

/// Returns the list with an image behind the others.
pub(super) fn add(form: ListForm, text: &str, image: &str, keys: &Keys) -> String {
    let platform = keys.platforms.first();
    let platform = platform.map_or(String::new(), |one| format!("--platform={one} "));
    let name = keys.target.as_ref();
    let own = match form {
        ListForm::Lines => format!("{platform}{image}"),
        ListForm::Dockerfile => {
            let name = name.map_or(String::new(), |name| format!(" AS {name}"));
            format!("FROM {platform}{image}{name}")
        }
    };
    let lines = line::each(text, 0).filter(|one| !text[one.clone()].trim().is_empty());
    let end = lines.last().map_or(0, |last| last.end);
    line::put_in(text, end, &own)
}

/// Returns the list without the line of a byte.
pub(super) fn remove(text: &str, at: usize) -> String {
    line::take_out(text, line::start(text, at)..line::end(text, at))
}

/// Returns the list with other words in the line of an image.
pub(super) fn set(form: ListForm, text: &str, image: &Range<usize>, keys: &Keys) -> String {
    let start = line::start(text, image.start);
    let whole = text[start..line::end(text, image.start)].trim_end();
    let parts = match form {
        ListForm::Lines => None,
        ListForm::Dockerfile => Parts::of(whole),
    };
    let mut text = text.to_owned();
    // From the end to the beginning, so that what is left to do stays where it is.
    if let (Some(parts), Some(name)) = (&parts, &keys.target) {
        let (span, name) = match parts.name {
            Name::As(word) => (word.span(), name.clone()),
            Name::Missing(word) => (word.span().end..word.span().end, format!(" {name}")),
            Name::None => (whole.len()..whole.len(), format!(" AS {name}")),
        };
        text = line::replace(&text, start + span.start..start + span.end, &name);
    }
    if let Some(platform) = keys.platforms.first() {
        let (line, shift) = match &parts {
            Some(parts) => (parts.line.text, start + parts.line.start),
            None => (whole, start),
        };
        let words = words(line);
        let (span, platform) = match split_platform(&words) {
            Some((Some(word), _)) => (
                shift + word.start..shift + word.span().end,
                platform.clone(),
            ),
            _ => (image.start..image.start, format!("--platform={platform} ")),
        };
        text = line::replace(&text, span, &platform);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use ListForm::{Dockerfile, Lines};

    fn keys(platform: Option<&str>, target: Option<&str>) -> Keys {
        Keys {
            platforms: platform.map(str::to_owned).into_iter().collect(),
            target: target.map(str::to_owned),
        }
    }

    #[test]
    fn a_line_goes_behind_the_others() {
        for (form, text, image, more) in [
            (Lines, "", ("redis", None, None), "redis\n"),
            (Lines, "nginx", ("redis", None, None), "nginx\nredis"),
            (
                Lines,
                "nginx\r\n# no more\r\n\r\n",
                ("redis", Some("linux/arm64"), None),
                "nginx\r\n# no more\r\n--platform=linux/arm64 redis\r\n\r\n",
            ),
            (
                Dockerfile,
                "FROM nginx\n",
                ("redis", Some("linux/arm64"), Some("cache")),
                "FROM nginx\nFROM --platform=linux/arm64 redis AS cache\n",
            ),
        ] {
            let (image, platform, target) = image;
            let put_in = add(form, text, image, &keys(platform, target));
            assert_eq!(put_in, more);
            assert_eq!(remove(more, more.find(image).unwrap()), text);
        }
    }

    #[test]
    fn other_words_leave_the_rest_of_the_line() {
        for (form, text, platform, target, other) in [
            (
                Lines,
                "  nginx  \n",
                Some("linux/arm64"),
                None,
                "  --platform=linux/arm64 nginx  \n",
            ),
            (
                Lines,
                "a\n--platform \t linux/arm64\t nginx\r\n",
                Some("linux/386"),
                None,
                "a\n--platform \t linux/386\t nginx\r\n",
            ),
            (
                Dockerfile,
                "from  nginx  As web ",
                Some("linux/386"),
                Some("x:1"),
                "from  --platform=linux/386 nginx  As x:1 ",
            ),
            (
                Dockerfile,
                "FROM --platform=linux/arm64 nginx\r\n",
                Some("linux/386"),
                Some("x"),
                "FROM --platform=linux/386 nginx AS x\r\n",
            ),
        ] {
            let at = text.find("nginx").unwrap();
            let set = set(form, text, &(at..at + 5), &keys(platform, target));
            assert_eq!(set, other);
        }
    }
}
